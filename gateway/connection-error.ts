import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { HearthError } from '../core/errors.ts'
import { errorBody } from './error-answer.ts'

/** Answers bytes that were no HTTP request, and those that came too slowly; then hangs up. */
export function answerConnectionError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const row = CONNECTION_ERRORS[error.code ?? ''] ?? NOT_HTTP
  const requestId = randomUUID()
  const body = errorBody(new HearthError('InvalidRequest', { reason: row.reason }), requestId)
  socket.end(
    `HTTP/1.1 ${row.status} ${STATUS_CODES[row.status]}\r\n` +
      'connection: close\r\ncontent-type: application/json; charset=utf-8\r\n' +
      `x-request-id: ${requestId}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

const NOT_HTTP = { status: 400, reason: 'it is not HTTP' }

const CONNECTION_ERRORS: Readonly<Record<string, { status: number; reason: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: 'it did not arrive in time' },
  HPE_HEADER_OVERFLOW: { status: 431, reason: 'its headers are larger than 16 KB' },
}
