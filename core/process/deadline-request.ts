import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http'
import { request as requestHttps } from 'node:https'

export interface Deadlines {
  /** From the first byte to the last of the answer. */
  wholeMs?: number
  /** Until the answer's head is there. */
  headMs?: number
  /** Without a byte in either direction. */
  idleMs?: number
}

export type SendRequest = (
  options: RequestOptions,
  onResponse: (response: IncomingMessage) => void,
) => ClientRequest

/** `http.request`, but no request outlives its deadlines, not even while it waits for a socket. */
export function requestWithin(deadlines: Deadlines): SendRequest {
  return (options, onResponse) => {
    const send = options.protocol === 'https:' ? requestHttps : requestHttp
    const { wholeMs, headMs, idleMs } = deadlines
    const signal = wholeMs === undefined ? undefined : AbortSignal.timeout(wholeMs)
    const request = send(signal ? { ...options, signal } : options, onResponse)
    if (idleMs !== undefined) {
      request.setTimeout(idleMs, () => request.destroy(new Error(`No byte for ${idleMs} ms`)))
    }
    if (headMs !== undefined) {
      const late = () => request.destroy(new Error(`No answer within ${headMs} ms`))
      const timer = setTimeout(late, headMs)
      request.once('response', () => clearTimeout(timer))
      request.once('close', () => clearTimeout(timer))
    }
    return request
  }
}
