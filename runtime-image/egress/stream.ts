import { createConnection, type Socket } from 'node:net'
import { encodeFrame, FrameReader } from '../../core/frame.ts'
import type { ToSandbox } from '../../core/protocol.ts'

/** The pool has its own, shorter deadline for the connection it makes. */
const OPEN_DEADLINE_MS = 60_000

/** What a stream leads to: the platform's storage or API, or a host somewhere. */
export type Destination =
  | { target: 's3' | 'lambda' }
  | { target: 'host'; host: string; port: number }

export type OpenStream = (destination: Destination) => Promise<Socket>

/** Thrown when a stream out of the sandbox could not be opened; `code` is one that clients know. */
export class EgressError extends Error {
  override readonly name = 'EgressError'
  readonly code: 'ECONNREFUSED' | 'ECONNRESET' | 'ETIMEDOUT'

  constructor(code: EgressError['code'], destination: Destination, reason: string) {
    const to =
      destination.target === 'host'
        ? `${destination.host}:${destination.port}`
        : `the platform's ${destination.target === 's3' ? 'storage' : 'API'}`
    super(`Connection to ${to} failed: ${reason}`)
    this.code = code
  }
}

/** Opens one stream through the pool. Whether it may be is the pool's decision. Throws EgressError. */
export function openStream(socketPath: string, destination: Destination): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const stream = createConnection({ path: socketPath, allowHalfOpen: true })
    const reader = new FrameReader<ToSandbox>()
    const fail = (code: EgressError['code'], reason: string) => {
      clearTimeout(timer)
      stream.destroy()
      reject(new EgressError(code, destination, reason))
    }
    const timer = setTimeout(() => fail('ETIMEDOUT', 'no answer in time'), OPEN_DEADLINE_MS)
    const onError = (error: Error) => fail('ECONNRESET', error.message)
    const onEnd = () => fail('ECONNRESET', 'the platform closed it')
    const onData = (chunk: Buffer) => {
      const taken = reader.pushFirst(chunk)
      if (!taken) return
      const { head } = taken.frame
      if (head.type !== 'opened') {
        fail('ECONNREFUSED', head.type === 'refused' ? head.reason : `unexpected "${head.type}"`)
        return
      }
      clearTimeout(timer)
      stream.off('data', onData).off('error', onError).off('end', onEnd).pause()
      // Until it is joined nobody listens, and an error without a listener would end the sandbox.
      stream.on('error', () => {})
      if (taken.rest.length > 0) stream.unshift(taken.rest)
      resolve(stream)
    }
    stream.on('data', onData).on('error', onError).on('end', onEnd)
    stream.write(encodeFrame({ type: 'open', ...destination }))
  })
}

/**
 * Lets bytes flow both ways until both sides have ended; each side's end is passed on by itself.
 * Neither holds the event loop: whoever uses the connection does.
 */
export function joinStreams(inner: Socket, outer: Socket): void {
  if (inner.destroyed || outer.destroyed) {
    inner.destroy()
    outer.destroy()
    return
  }
  inner.unref()
  outer.unref()
  inner.on('error', () => outer.destroy())
  outer.on('error', () => inner.resetAndDestroy())
  inner.on('close', () => {
    if (!inner.readableEnded || !inner.writableFinished) outer.destroy()
  })
  outer.on('close', () => {
    if (!outer.readableEnded || !outer.writableFinished) inner.resetAndDestroy()
  })
  inner.pipe(outer)
  outer.pipe(inner)
}
