import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { BUCKET, type HandlerName } from './handlers.ts'
import { Random } from './random.ts'
import type { World } from './world.ts'

export interface WorkloadOptions {
  seed: number
  /** Events that are meant to be sent in a second, of all kinds together. */
  perSecond: number
  /** Whether there is time for events to grow too old. */
  isLong: boolean
}

const REQUEST_MS = 4000
/** Requests under way at once; an event that finds no room is not meant to be sent. */
const OPEN_MAX = 64
/** What comes in one go, at the start. */
const BURST: readonly [HandlerName, number][] = [
  ['burst', 40],
  ['long', 6],
]
const STALE = 5
/** A caller who got no answer asks again so often, with the same key. */
const REPEATS_MAX = 6
const REPEAT_MS = 400
/** Which share is cancelled, and after how many milliseconds at most. */
const CANCELLED: Partial<Record<HandlerName, [number, number]>> = {
  slow: [0.3, 400],
  long: [0.4, 4000],
}
const HOT_KEYS = 4
const LARGE_BYTES = 100_000

/** How often each handler is called, of a thousand direct invocations. */
const SHARES: readonly [HandlerName, number][] = [
  ['ok', 550],
  ['once', 200],
  ['long', 10],
  ['slow', 130],
  ['throw', 80],
  ['flood', 6],
  ['exit', 8],
  ['timeout', 6],
  ['hang', 5],
  ['memory', 5],
]

/** Callers of the platform, from all sides: they note what they mean to do, do it, and note the answer. */
export class Workload {
  readonly #world: World
  readonly #random: Random
  readonly #options: WorkloadOptions
  readonly #open = new Set<Promise<void>>()
  readonly #hot = Array.from({ length: HOT_KEYS }, () => Promise.resolve())
  #count = 0

  constructor(world: World, options: WorkloadOptions) {
    this.#world = world
    this.#options = options
    this.#random = new Random(options.seed)
  }

  /** Calls until `signal` says so; resolves when every call has been answered, or given up. */
  async run(signal: AbortSignal): Promise<void> {
    const stale: [HandlerName, number][] = this.#options.isLong ? [['stale', STALE]] : []
    for (const [name, count] of [...BURST, ...stale]) {
      for (let n = 0; n < count; n += 1) this.#begin(this.#invoke(name, true))
    }
    const started = performance.now()
    const pauseMs = 1000 / this.#options.perSecond
    for (let n = 1; !signal.aborted; n += 1) {
      if (this.#open.size < OPEN_MAX) this.#begin(this.#any())
      const due = started + n * pauseMs
      await sleep(Math.max(1, due - performance.now()))
    }
    await Promise.all(this.#open)
  }

  #begin(work: Promise<void>): void {
    const tracked = work.finally(() => this.#open.delete(tracked))
    this.#open.add(tracked)
  }

  #any(): Promise<void> {
    const draw = this.#random.next()
    if (draw < 0.18) return this.#event()
    if (draw < 0.3) return this.#object()
    if (draw < 0.36) return this.#call()
    return this.#invoke(this.#handler(), this.#random.chance(0.5))
  }

  #handler(): HandlerName {
    let draw = this.#random.integer(0, 999)
    for (const [name, share] of SHARES) {
      draw -= share
      if (draw < 0) return name
    }
    return 'ok'
  }

  /** Of those that wait for room or run for long some are cancelled; undefined for all others. */
  #cancelAfterMs(functionName: HandlerName): number | undefined {
    const [share, mostMs] = CANCELLED[functionName] ?? [0.01, 400]
    return this.#random.chance(share) ? this.#random.integer(0, mostMs) : undefined
  }

  #token(kind: string): string {
    this.#count += 1
    return `${kind}-${this.#count}`
  }

  /** With a key the caller repeats until it is told; without one it asks once and does not know. */
  async #invoke(functionName: HandlerName, hasKey: boolean): Promise<void> {
    const token = this.#token(functionName)
    const isRepeated = hasKey && this.#random.chance(0.1)
    const cancelAfterMs = this.#cancelAfterMs(functionName)
    // Large ones lie beside their records.
    const padding = this.#random.chance(0.03) ? 'x'.repeat(LARGE_BYTES) : ''
    const { ledger } = this.#world
    await ledger.add({ kind: 'intent', token, functionName })
    const send = async () => {
      const headers = { prefer: 'respond-async', ...(hasKey && { 'idempotency-key': token }) }
      const path = `/functions/${functionName}/invocations`
      const answer = await this.#ask(`POST ${path}`, JSON.stringify({ token, padding }), headers)
      if (answer?.status !== 202) return undefined
      const { id } = JSON.parse(answer.text) as { id: string }
      await ledger.add({ kind: 'ack', token, id })
      return id
    }
    const id = await this.#repeated(send, hasKey)
    if (id === undefined) return
    if (isRepeated) await send()
    if (cancelAfterMs === undefined) return
    await sleep(cancelAfterMs)
    const answer = await this.#ask(`DELETE /invocations/${id}`)
    if (answer) await ledger.add({ kind: 'cancel', token, id, status: answer.status })
  }

  /** What became of it the journal is to tell. */
  async #call(): Promise<void> {
    const token = this.#token('answered')
    await this.#world.ledger.add({ kind: 'intent', token, functionName: 'answered' })
    await this.#ask('POST /functions/answered/invocations', JSON.stringify({ token }))
  }

  async #event(): Promise<void> {
    const token = this.#token('event')
    const isRepeated = this.#random.chance(0.1)
    const event = {
      specversion: '1.0',
      id: token,
      source: '/chaos',
      type: 'chaos',
      data: { token },
    }
    const { ledger } = this.#world
    await ledger.add({ kind: 'intent', token, functionName: 'events' })
    const send = async () => {
      const headers = { 'content-type': 'application/cloudevents+json' }
      const answer = await this.#ask('POST /events', JSON.stringify(event), headers)
      if (answer?.status !== 202) return undefined
      const { invocations } = JSON.parse(answer.text) as { invocations: { id: string }[] }
      // One that caused nothing is kept as what it is: acknowledged, and lost.
      const ids = invocations.length > 0 ? invocations.map(({ id }) => id) : ['none']
      await ledger.add(...ids.map((id) => ({ kind: 'ack', token, id }) as const))
      return ids[0]
    }
    const id = await this.#repeated(send, true)
    if (id !== undefined && isRepeated) await send()
  }

  /** A few keys are written again and again, one write after the other; all others once. */
  #object(): Promise<void> {
    const hot = this.#random.integer(0, HOT_KEYS * 4)
    const before = this.#hot[hot]
    if (!before) return this.#put(this.#token('object'))
    const put = before.then(() => this.#put(`hot-${hot}`))
    // Its failure is told by `put` itself; the next write only has to come after it.
    this.#hot[hot] = put.catch(() => undefined)
    return put
  }

  async #put(key: string): Promise<void> {
    const content = this.#token('content')
    const token = `${key}@${createHash('md5').update(content).digest('hex')}`
    const { ledger } = this.#world
    await ledger.add({ kind: 'intent', token, functionName: 'objects', key })
    const answer = await this.#ask(`PUT /buckets/${BUCKET}/objects/${key}`, content)
    if (answer && answer.status < 300) await ledger.add({ kind: 'ack', token })
  }

  async #repeated(send: () => Promise<string | undefined>, mayRepeat: boolean) {
    for (let n = 0; ; n += 1) {
      const id = await send()
      if (id !== undefined || !mayRepeat || n >= REPEATS_MAX) return id
      await sleep(REPEAT_MS * (n + 1))
    }
  }

  /** Undefined where no answer came. */
  async #ask(route: string, body?: string, headers: Record<string, string> = {}) {
    const [method = 'GET', path = '/'] = route.split(' ')
    try {
      const response = await fetch(this.#world.url + path, {
        method,
        headers: { ...this.#world.headers, ...headers },
        signal: AbortSignal.timeout(REQUEST_MS),
        ...(body !== undefined && { body }),
      })
      return { status: response.status, text: await response.text() }
    } catch {
      return undefined
    }
  }
}
