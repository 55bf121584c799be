import { createConnection, type Socket } from 'node:net'
import { encodeFrame, FrameReader, type FromSandbox, type ToSandbox } from '../core/protocol.ts'

/** How long the last frame may take to leave; the process ends in any case. */
const LAST_FRAME_MS = 500

/** Kept from before any handler is loaded, which may replace what `process` offers. */
const kill = process.kill.bind(process)
const exit = process.exit.bind(process)

/** The control connection to the pool. A sandbox lives exactly as long as it. */
export class Link {
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Rejects when the pool does not listen at `path`. */
  static connect(path: string): Promise<Link> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ path })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Link(socket))
      })
    })
  }

  /** Hands over every frame; ends the process when the pool goes away or speaks nonsense. */
  listen(receive: (head: ToSandbox, body: Buffer) => void): void {
    const reader = new FrameReader<ToSandbox>()
    // An error is always followed by 'close', where the process ends.
    this.#socket.on('error', () => {})
    this.#socket.on('close', endNow)
    this.#socket.on('end', endNow)
    this.#socket.on('data', (chunk) => {
      let frames: ReturnType<typeof reader.push>
      try {
        frames = reader.push(chunk)
      } catch {
        endNow()
        return
      }
      for (const frame of frames) receive(frame.head, frame.body)
    })
  }

  send(head: FromSandbox, body?: Buffer): void {
    this.#socket.write(encodeFrame(head, body))
  }

  /** Sends one last frame and exits with `exitCode`. */
  sendLast(head: FromSandbox, exitCode: number): void {
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
}

/** By signal, because `exit` would run the handler's own listeners, and those may never return. */
function endNow(): void {
  kill(process.pid, 'SIGKILL')
}
