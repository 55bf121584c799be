import { timingSafeEqual } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { encodeFrame, type Frame, FrameReader } from '../core/frame.ts'
import type { InvokeLink } from '../core/links/invoke-link.ts'
import {
  errorToWire,
  type LinkAnswer,
  type LinkLookUp,
  type LinkRequest,
} from '../core/links/link-wire.ts'
import type { Logger } from '../core/logs/logger.ts'
import { labelled } from '../core/metrics/metric-family.ts'
import { processFamilies } from '../core/metrics/prometheus.ts'
import { LinkStream } from './link-stream.ts'

/** By the numbers of their requests. */
type Streams = Map<number, LinkStream>

const CONNECTIONS_MAX = 64
/** A peer that has not entered by then is no gateway. */
const ENTER_MS = 5_000

export interface LinkServerOptions {
  link: InvokeLink
  token: string
  log: Logger
}

/** Serves a scheduler's invoke link to gateways of other processes. */
export class LinkServer {
  readonly #options: LinkServerOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(options: LinkServerOptions) {
    this.#options = options
    this.#server = createServer((socket) => this.#serve(socket))
    this.#server.maxConnections = CONNECTIONS_MAX
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        const address = this.#server.address()
        resolve(typeof address === 'object' && address ? address.port : port)
      })
    })
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    const streams: Streams = new Map()
    const reader = new FrameReader<LinkRequest>()
    let entered = false
    const late = setTimeout(() => socket.destroy(), ENTER_MS)
    socket.on('data', (chunk) => {
      try {
        for (const frame of reader.push(chunk)) {
          if (!entered) {
            entered = this.#mayEnter(frame.head)
            clearTimeout(late)
            if (!entered) return void socket.destroy()
            continue
          }
          void this.#answer(socket, streams, frame)
        }
      } catch (error) {
        this.#options.log.warn({ err: error }, 'Link closed: what came was no frame')
        socket.destroy()
      }
    })
    socket.on('error', (error) => this.#options.log.debug({ err: error }, 'Link failed'))
    socket.on('close', () => {
      clearTimeout(late)
      this.#sockets.delete(socket)
      for (const stream of streams.values()) stream.leave()
    })
  }

  /** Where there is a link, the scheduler is a process of its own. */
  async #metrics(): Promise<Buffer> {
    const own = labelled(await processFamilies(), { process: 'scheduler' })
    return Buffer.from(JSON.stringify([...(await this.#options.link.metrics()), ...own]))
  }

  #mayEnter(head: LinkRequest): boolean {
    if (head.type !== 'enter') return false
    const given = Buffer.from(head.token)
    const expected = Buffer.from(this.#options.token)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  async #answer(
    socket: Socket,
    streams: Streams,
    { head, body }: Frame<LinkRequest>,
  ): Promise<void> {
    if (head.type === 'enter') return
    if (head.type === 'taken') return streams.get(head.n)?.taken(head.bytes)
    if (head.type === 'leave') return streams.get(head.n)?.leave()
    const reply = (answer: LinkAnswer, bytes?: Buffer) => {
      if (socket.writable) socket.write(encodeFrame(answer, bytes))
    }
    const { link } = this.#options
    const { n } = head
    try {
      if (head.type === 'invoke') {
        const { type: _type, n: _n, ...request } = head
        const { result, ...answer } = await link.invoke({ ...request, event: body })
        reply({ type: 'answer', n, answer }, result)
      } else if (head.type === 'stream') {
        const { type: _type, n: _n, ...request } = head
        const stream = new LinkStream(n, reply)
        streams.set(n, stream)
        const streamed = await link.invokeStream({ ...request, event: body })
        await stream.send(streamed)
        const { result, ...answer } = await streamed.done
        reply({ type: 'answer', n, answer }, result)
      } else if (head.type === 'metrics') {
        reply({ type: 'measured', n }, await this.#metrics())
      } else {
        reply(await told(link, head))
      }
    } catch (error) {
      reply({ type: 'failed', n, error: errorToWire(error) })
    } finally {
      streams.delete(n)
    }
  }
}

async function told(link: InvokeLink, head: LinkLookUp): Promise<LinkAnswer> {
  const { n } = head
  switch (head.type) {
    case 'announce':
      await link.announce(head.functionName)
      return { type: 'done', n }
    case 'provisioned':
      return { type: 'kept', n, states: await link.provisioned(head.functionName) }
    case 'sandboxes':
      return { type: 'running', n, sandboxes: await link.sandboxes() }
    case 'diagnose':
      return { type: 'diagnosed', n, checks: await link.diagnose() }
    case 'end':
      await link.endSandbox(head.sandbox)
      return { type: 'done', n }
    default:
      return { type: 'healthy', n, health: await link.health() }
  }
}
