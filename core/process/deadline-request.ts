import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http'
import { request as requestHttps } from 'node:https'
import type { AnswerTime } from './answer-time.ts'

export interface Deadlines {
  /** From the first byte to the last of the answer. */
  whole?: AnswerTime
  /** Until the answer's head is there. */
  head?: AnswerTime
  /** Without a byte in either direction. */
  idleMs?: number
}

export type SendRequest = (
  options: RequestOptions,
  onResponse: (response: IncomingMessage) => void,
) => ClientRequest

/** `http.request`, but no request outlives its deadlines, not even while it waits for a socket. */
export function requestWithin({ whole, head, idleMs }: Deadlines): SendRequest {
  return (options, onResponse) => {
    const send = options.protocol === 'https:' ? requestHttps : requestHttp
    const request = send(options, onResponse)
    if (idleMs !== undefined) {
      request.setTimeout(idleMs, () => request.destroy(new Error(`No byte for ${idleMs} ms`)))
    }
    const late = () => request.destroy(new Error('It has not answered in time'))
    if (whole !== undefined) request.once('close', whole.limit(late))
    if (head !== undefined) {
      const ended = head.limit(late)
      request.once('response', ended)
      request.once('close', ended)
    }
    return request
  }
}
