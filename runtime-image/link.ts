import { createConnection, type Socket } from 'node:net'
import { encodeFrame, FrameReader } from '../core/frame.ts'
import type { FromSandbox, ToSandbox } from '../core/protocol.ts'

/** How long the last frame may take to leave; the process ends in any case. */
const LAST_FRAME_MS = 500
/** What one read takes at most; larger frames are put together of several. */
const READ_BYTES = 64 * 1024

/** Kept from before any handler is loaded, which may replace what `process` offers. */
const kill = process.kill.bind(process)
const exit = process.exit.bind(process)

/** Where frames for the pool go. */
export type FrameSink = Pick<Link, 'send'>

/** The control connection to the pool. A sandbox lives exactly as long as it. */
export class Link {
  readonly #socket: Socket
  readonly #reader = new FrameReader<ToSandbox>()
  #receive: ((head: ToSandbox, body: Buffer) => void) | undefined
  #gathers = false
  #corked = false

  /**
   * One buffer for all reads, past the machinery of streams: an invocation is one small frame, and
   * making a buffer of 64 KB for each would cost more than reading it.
   */
  private constructor(path: string) {
    const callback = (bytes: number, buffer: Uint8Array) => {
      const chunk = Buffer.allocUnsafe(bytes)
      chunk.set(buffer.subarray(0, bytes))
      this.#take(chunk)
      return true
    }
    const onread = { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback }
    this.#socket = createConnection({ path, onread })
  }

  /** Rejects when the pool does not listen at `path`. */
  static connect(path: string): Promise<Link> {
    return new Promise((resolve, reject) => {
      const link = new Link(path)
      const socket = link.#socket
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(link)
      })
    })
  }

  /** Hands over every frame; ends the process when the pool goes away or speaks nonsense. */
  listen(receive: (head: ToSandbox, body: Buffer) => void): void {
    this.#receive = receive
    // An error is always followed by 'close', where the process ends.
    this.#socket.on('error', () => {})
    this.#socket.on('close', endNow)
    this.#socket.on('end', endNow)
  }

  /** `sent` is called when the frame has left: while the pool does not read, it has not. */
  send(head: FromSandbox, body?: Buffer, sent?: (error?: Error | null) => void): void {
    if (this.#gathers && !this.#corked) {
      this.#corked = true
      this.#socket.cork()
      setImmediate(() => this.#uncork())
    }
    this.#socket.write(encodeFrame(head, body), sent)
  }

  /** From now on the frames of one turn of the event loop leave together: for many invocations at a time. */
  gather(): void {
    this.#gathers = true
  }

  /** Sends one last frame and exits with `exitCode`. */
  sendLast(head: FromSandbox, exitCode: number): void {
    this.#uncork()
    this.#gathers = false
    const leave = () => exit(exitCode)
    setTimeout(leave, LAST_FRAME_MS)
    this.#socket.write(encodeFrame(head), leave)
  }

  /** While the link does not hold the event loop, `beforeExit` tells that the handler has nothing left to do. */
  releaseLoop(): void {
    this.#socket.unref()
  }

  holdLoop(): void {
    this.#socket.ref()
  }

  #uncork(): void {
    if (!this.#corked) return
    this.#corked = false
    this.#socket.uncork()
  }

  #take(chunk: Buffer): void {
    let frames: ReturnType<FrameReader<ToSandbox>['push']>
    try {
      frames = this.#reader.push(chunk)
    } catch {
      endNow()
      return
    }
    for (const frame of frames) this.#receive?.(frame.head, frame.body)
  }
}

/** By signal, because `exit` would run the handler's own listeners, and those may never return. */
function endNow(): void {
  kill(process.pid, 'SIGKILL')
}
