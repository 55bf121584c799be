import fs from 'node:fs'
import { Writable } from 'node:stream'

/** Kept from before any handler is loaded: libraries replace functions of `fs`. */
const writeSync = fs.writeSync

const FULL_PIPE_PAUSE_MS = 1
const pause = new Int32Array(new SharedArrayBuffer(4))

/**
 * Writes all bytes before it returns, so that they lie in the pipe before the answer that follows
 * them. A full pipe holds the caller back until the pool has read; the invocation's own timeout
 * bounds the wait.
 */
export function writeFully(fd: number, bytes: Uint8Array): void {
  let written = 0
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return // no reader: nobody to tell
      Atomics.wait(pause, 0, 0, FULL_PIPE_PAUSE_MS)
    }
  }
}

/** A standard stream whose writes are done when `write` returns, whatever the descriptor is. */
class RawOutput extends Writable {
  readonly fd: number
  readonly isTTY = false

  constructor(fd: number) {
    super({ decodeStrings: true, emitClose: false, autoDestroy: false })
    this.fd = fd
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    writeFully(this.fd, chunk)
    done()
  }

  override _final(done: () => void): void {
    done()
  }
}

/**
 * Node makes a pipe non-blocking as soon as `process.stdout` is first read, for this process and
 * its children; these replace it before that.
 */
export function replaceStandardStreams(): void {
  for (const [name, fd] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    const stream = new RawOutput(fd)
    Object.defineProperty(process, name, {
      configurable: true,
      enumerable: true,
      get: () => stream,
    })
  }
}
