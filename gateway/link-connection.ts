import { connect, type Socket } from 'node:net'
import { HearthError } from '../core/errors.ts'
import { encodeFrame, type Frame, FrameReader } from '../core/frame.ts'
import type { AnswerStream } from '../core/links/answer-stream.ts'
import { errorFromWire, type LinkAnswer, type LinkRequest } from '../core/links/link-wire.ts'
import { StreamReceiver } from './link-stream.ts'

const CONNECT_MS = 1_000
/** Requests under way on one connection; beyond it the scheduler is as good as gone. */
const PENDING_MAX = 20_000
/** While answers are due, a scheduler is asked so often within its silence whether it is there. */
const BEATS = 3
/** The number of questions whose answers nobody waits for. */
const NOBODY = 0

type Numberless<T> = T extends { n: number } ? Omit<T, 'n'> : never
export type LinkQuestion = Numberless<LinkRequest>

export interface Asking {
  timeoutMs: number
  /** Where the answer's bytes go that come before it. */
  stream?: AnswerStream
}

interface Pending {
  resolve(frame: Frame<LinkAnswer>): void
  reject(error: Error): void
  deadline: NodeJS.Timeout
  stream: StreamReceiver | undefined
}

/** One connection to one scheduler, shared by all requests of this gateway. */
export class LinkConnection {
  readonly #socket: Socket
  readonly #pending = new Map<number, Pending>()
  readonly #beat: NodeJS.Timeout
  #last = NOBODY
  #heardAt = performance.now()
  #ended = false

  /**
   * Rejects with SchedulerUnavailable when nobody answers at `address` (`tcp://host:port`). The
   * connection ends when answers are due and not a byte has come for `silenceMs`.
   */
  static open(address: string, token: string, silenceMs: number): Promise<LinkConnection> {
    const { hostname, port } = new URL(address)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    return new Promise((resolve, reject) => {
      const fail = (cause?: unknown) => {
        socket.destroy()
        reject(new HearthError('SchedulerUnavailable', {}, { cause }))
      }
      const late = setTimeout(fail, CONNECT_MS)
      socket.once('error', fail)
      socket.once('connect', () => {
        clearTimeout(late)
        socket.off('error', fail)
        socket.write(encodeFrame({ type: 'enter', token } as LinkRequest))
        resolve(new LinkConnection(socket, silenceMs))
      })
    })
  }

  private constructor(socket: Socket, silenceMs: number) {
    this.#socket = socket
    const reader = new FrameReader<LinkAnswer>()
    this.#beat = setInterval(() => this.#listen(silenceMs), silenceMs / BEATS).unref()
    socket.on('data', (chunk) => {
      this.#heardAt = performance.now()
      try {
        for (const frame of reader.push(chunk)) this.#settle(frame)
      } catch (error) {
        socket.destroy(error as Error)
      }
    })
    // 'close' follows and settles everything that waits.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#end())
  }

  get open(): boolean {
    return !this.#ended
  }

  /** Rejects with the scheduler's own error, or with SchedulerUnavailable when the link or the time ends. */
  ask(
    question: LinkQuestion,
    body: Buffer | undefined,
    { timeoutMs, stream: to }: Asking,
  ): Promise<Frame<LinkAnswer>> {
    if (this.#ended || this.#pending.size >= PENDING_MAX) {
      return Promise.reject(new HearthError('SchedulerUnavailable'))
    }
    this.#last += 1
    const n = this.#last
    const stream = to && new StreamReceiver(to, (message) => this.#tell({ ...message, n }))
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.#pending.delete(n)
        stream?.leave()
        reject(new HearthError('SchedulerUnavailable'))
      }, timeoutMs)
      this.#pending.set(n, { resolve, reject, deadline, stream })
      this.#socket.write(encodeFrame({ ...question, n } as LinkRequest, body))
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  /** A host that lost its power sends no end of its connections: its callers must not wait for hours. */
  #listen(silenceMs: number): void {
    if (this.#pending.size === 0) this.#heardAt = performance.now()
    else if (performance.now() - this.#heardAt > silenceMs) this.#socket.destroy()
    else this.#socket.write(encodeFrame({ type: 'health', n: NOBODY } as LinkRequest))
  }

  #tell(message: LinkRequest): void {
    if (!this.#ended) this.#socket.write(encodeFrame(message))
  }

  #settle(frame: Frame<LinkAnswer>): void {
    const pending = this.#pending.get(frame.head.n)
    if (!pending || pending.stream?.take(frame)) return
    this.#pending.delete(frame.head.n)
    clearTimeout(pending.deadline)
    if (frame.head.type === 'failed') pending.reject(errorFromWire(frame.head.error))
    else pending.resolve(frame)
  }

  #end(): void {
    this.#ended = true
    clearInterval(this.#beat)
    for (const { reject, deadline } of this.#pending.values()) {
      clearTimeout(deadline)
      reject(new HearthError('SchedulerUnavailable'))
    }
    this.#pending.clear()
  }
}
