import { EventSourceParserStream } from 'eventsource-parser/stream'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { type ApiError, call, errorOf, respond } from '../api.ts'
import { apiErrorOf, onceSeen } from '../resource.ts'
import type { LogLine } from '../types.ts'

/** Older ones leave the page; they stay in the log. */
const LINES_MAX = 2000
const BEFORE = 200
/** A platform that went away, or has no room for another reader, is asked so often whether it has now. */
const AGAIN_MS = 2000
/** Something comes every ten seconds, if only a sign of life; a connection without one is dead. */
const SILENCE_MS = 30_000
/** Lines that come at once are shown at once: a busy function writes thousands a second. */
const GATHER_MS = 50
const TOO_MANY = 429

/** In the order of their coming. */
export type NumberedLine = LogLine & { number: number }

/** broken: it is tried again, from the last line that came. refused: no other try would do better. */
export type TailState = 'opening' | 'live' | 'broken' | 'refused'

interface LiveLines {
  lines: NumberedLine[]
  state: TailState
  /** Why there is no stream. */
  failure: ApiError | undefined
  clear(): void
}

/** The last lines of a log, and each that follows; those written while it is not followed come after that. */
export function useLiveLines(route: string, filter: string, isFollowing: boolean): LiveLines {
  const [lines, setLines] = useState<NumberedLine[]>([])
  const [state, setState] = useState<TailState>('opening')
  const [failure, setFailure] = useState<ApiError>()
  const tail = useMemo(
    () =>
      new Tail(route, filter, {
        setLines,
        setState: (now, why) => {
          setState(now)
          setFailure(why)
        },
      }),
    [route, filter],
  )
  useEffect(() => () => tail.drop(), [tail])
  useEffect(() => {
    if (!isFollowing) return
    const end = new AbortController()
    setState('opening')
    setFailure(undefined)
    void tail.follow(end.signal)
    return () => end.abort()
  }, [tail, isFollowing])
  return { lines, state, failure, clear: () => setLines([]) }
}

interface Screen {
  setState(state: TailState, failure?: ApiError): void
  setLines(change: NumberedLine[] | ((before: NumberedLine[]) => NumberedLine[])): void
}

/** One log by one filter: its end as it is, then all that follows, by one stream after the other. */
class Tail {
  readonly #route: string
  readonly #filter: string
  readonly #screen: Screen
  /** Where the log goes on; undefined before its end was read. */
  #after: string | undefined
  #count = 0
  #gathered: NumberedLine[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(route: string, filter: string, screen: Screen) {
    this.#route = route
    this.#filter = filter
    this.#screen = screen
  }

  /** Resolves when `signal` ends it, or it is refused for good. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#after ??= await this.#readEnd(signal)
        await this.#stream(this.#after, signal)
        if (!signal.aborted) this.#screen.setState('broken')
      } catch (thrown) {
        if (signal.aborted) return
        const error = apiErrorOf(thrown)
        const isRefused = error.status >= 400 && error.status < 500 && error.status !== TOO_MANY
        this.#screen.setState(isRefused ? 'refused' : 'broken', error)
        if (isRefused) {
          // What was there before belongs to another filter.
          if (this.#after === undefined) this.#screen.setLines([])
          return
        }
      }
      await laterOnceSeen(signal)
    }
  }

  /** What has come and is not shown yet never is. */
  drop(): void {
    clearTimeout(this.#timer)
  }

  /** Shows the last lines; resolves to where what follows begins. */
  async #readEnd(signal: AbortSignal): Promise<string> {
    const separator = this.#filter === '' ? '?' : '&'
    const route = `${this.#route}${this.#filter}${separator}limit=${BEFORE}`
    const { lines, after } = await call<{ lines: LogLine[]; after: string }>(`GET ${route}`, {
      signal,
    })
    this.#screen.setLines(lines.map((line) => this.#numbered(line)))
    return after
  }

  /** Resolves when the stream ends. */
  async #stream(after: string, signal: AbortSignal): Promise<void> {
    const silence = new AbortController()
    const either = AbortSignal.any([signal, silence.signal])
    const response = await respond(`GET ${this.#route}/live${this.#filter}`, {
      headers: { 'last-event-id': after },
      deadlineMs: Number.POSITIVE_INFINITY,
      signal: either,
    })
    if (!response.ok || !response.body) throw errorOf(response, await response.text())
    this.#screen.setState('live')
    let silent: ReturnType<typeof setTimeout> | undefined
    const alive = () => {
      clearTimeout(silent)
      silent = setTimeout(() => silence.abort(), SILENCE_MS)
    }
    alive()
    const events = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ onComment: alive }))
      .getReader()
    for (;;) {
      // A connection that breaks ends it as well: the next one goes on from there.
      const { value } = await events.read().catch(() => ({ value: undefined }))
      if (!value || signal.aborted) break
      alive()
      this.#take(value)
    }
    clearTimeout(silent)
  }

  #take({
    id,
    event,
    data,
  }: {
    id?: string | undefined
    event?: string | undefined
    data: string
  }) {
    if (id !== undefined) this.#after = id
    if (event === 'line') this.#gather(JSON.parse(data) as LogLine)
    if (event !== 'missed') return
    // The platform drops lines where a reader cannot keep up, and says how many.
    const { lines } = JSON.parse(data) as { lines: number }
    const text = `… ${lines} lines came faster than they could be shown; they are in the log`
    this.#gather({ time: new Date().toISOString(), text })
  }

  #gather(line: LogLine): void {
    this.#gathered.push(this.#numbered(line))
    this.#timer ??= setTimeout(() => this.#show(), GATHER_MS)
  }

  #show(): void {
    this.#timer = undefined
    const fresh = this.#gathered
    this.#gathered = []
    this.#screen.setLines((before) => [...before, ...fresh].slice(-LINES_MAX))
  }

  #numbered(line: LogLine): NumberedLine {
    this.#count += 1
    return { ...line, number: this.#count }
  }
}

function laterOnceSeen(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(onceSeen, AGAIN_MS, resolve, signal)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
