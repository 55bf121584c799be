import { createServer, type Server, type Socket } from 'node:net'
import { encodeFrame, type Frame, FrameReader } from '../../core/frame.ts'
import type { FromSandbox, HelloMessage, OpenMessage, ToSandbox } from '../../core/protocol.ts'

/** Connections at once, the control connection and every egress stream counted. */
const CONNECTIONS_MAX = 256
/** Where many invocations share them. */
const SHARED_CONNECTIONS_MAX = 4096
/** A connection that has not said what it is by then is closed. */
const FIRST_FRAME_MS = 5000
/** It is a few names and numbers; what is held for a sandbox that sends more is memory of the pool. */
const FIRST_FRAME_BYTES = 16 * 1024

/** What an egress connection asks for. */
export interface StreamRequest {
  message: OpenMessage
  /** The sandbox's connection, paused; what it sent behind the message is `rest`. */
  socket: Socket
  rest: Buffer
}

export interface LinkListener {
  hello(message: HelloMessage): void
  message(frame: Frame<FromSandbox>): void
  open(request: StreamRequest): void
  /** The control connection is closed, by the sandbox's end or by what it sent (then with the cause). */
  closed(violation?: Error): void
}

/**
 * The pool's end of one sandbox's socket. The first connection that says `hello` is the control
 * connection, before any code of a function can run; no later one can become it.
 */
export class SandboxLink {
  readonly #server: Server
  readonly #listener: LinkListener
  readonly #streams = new Set<Socket>()
  #control: Socket | undefined
  #open = true
  #gathers = false
  #corked = false

  private constructor(listener: LinkListener) {
    this.#listener = listener
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket))
    this.#server.maxConnections = CONNECTIONS_MAX
  }

  /** Resolves when a sandbox can connect to `path`. */
  static async listen(path: string, listener: LinkListener): Promise<SandboxLink> {
    const link = new SandboxLink(listener)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    link.#server.once('error', reject)
    // Anyone inside may connect: there is nobody inside but the sandbox.
    link.#server.listen({ path, readableAll: true, writableAll: true }, resolve)
    await promise
    link.#server.off('error', reject)
    link.#server.on('error', () => undefined) // One failed accept is that connection's alone.
    return link
  }

  /** False when the control connection is closed: then nothing can be sent any more. */
  get isOpen(): boolean {
    return this.#open && this.#control?.writable === true
  }

  send(message: ToSandbox, body?: Buffer): void {
    if (this.#gathers && !this.#corked) {
      this.#corked = true
      this.#control?.cork()
      setImmediate(() => {
        this.#corked = false
        this.#control?.uncork()
      })
    }
    this.#control?.write(encodeFrame(message, body))
  }

  /** From now on the frames of one turn of the event loop leave together: for so many invocations at a time. */
  gather(invocations: number): void {
    if (invocations === 1) return
    this.#gathers = true
    this.#server.maxConnections = Math.min(CONNECTIONS_MAX * invocations, SHARED_CONNECTIONS_MAX)
  }

  /** Reads nothing more of the sandbox's frames, so that its writes wait; its end is not seen either. */
  pause(): void {
    this.#control?.pause()
  }

  resume(): void {
    this.#control?.resume()
  }

  /** Ends every connection and takes the socket away; the sandbox then ends by itself. */
  close(): void {
    this.#open = false
    this.#control?.destroy()
    for (const socket of this.#streams) socket.destroy()
    this.#server.close()
  }

  #accept(socket: Socket): void {
    const reader = new FrameReader<FromSandbox>()
    this.#streams.add(socket)
    const late = setTimeout(() => socket.destroy(), FIRST_FRAME_MS)
    late.unref()
    socket.on('error', () => undefined) // Followed by 'close', which says all there is to know.
    socket.on('close', () => {
      clearTimeout(late)
      this.#streams.delete(socket)
    })
    let held = 0
    const first = (chunk: Buffer) => {
      const taken = firstFrame(reader, chunk)
      held += chunk.length
      if (taken === 'none yet' && held <= FIRST_FRAME_BYTES) return
      clearTimeout(late)
      socket.off('data', first)
      if (typeof taken === 'string') socket.destroy()
      else this.#settle(socket, taken)
    }
    socket.on('data', first)
  }

  #settle(socket: Socket, first: FirstFrame): void {
    const { head } = first.frame
    if (head.type === 'hello' && !this.#control && this.#open)
      this.#takeControl(socket, head, first)
    else if (head.type === 'open' && this.#control) {
      socket.pause()
      this.#listener.open({ message: head, socket, rest: first.rest })
    } else socket.destroy()
  }

  #takeControl(socket: Socket, hello: HelloMessage, { rest }: FirstFrame): void {
    this.#control = socket
    this.#streams.delete(socket)
    const reader = new FrameReader<FromSandbox>()
    const read = (chunk: Buffer) => {
      try {
        for (const frame of reader.push(chunk)) this.#listener.message(frame)
      } catch (cause) {
        this.#end(cause as Error)
      }
    }
    socket.on('data', read)
    socket.on('end', () => this.#end())
    socket.on('close', () => this.#end())
    this.#listener.hello(hello)
    if (rest.length > 0) read(rest)
  }

  #end(violation?: Error): void {
    if (!this.#open) return
    this.#open = false
    this.#control?.destroy()
    this.#listener.closed(violation)
  }
}

type FirstFrame = { frame: Frame<FromSandbox>; rest: Buffer }

function firstFrame(
  reader: FrameReader<FromSandbox>,
  chunk: Buffer,
): FirstFrame | 'none yet' | 'violation' {
  try {
    return reader.pushFirst(chunk) ?? 'none yet'
  } catch {
    return 'violation'
  }
}
