import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, errorOf, respond } from '../api.ts'
import { apiErrorOf } from '../resource.ts'
import type { LogLine } from '../types.ts'

/** Older ones leave the page; they stay in the log. */
const LINES_MAX = 2000
const BEFORE = 200
const POLL_MS = 1000
/** Lines that come at once are shown at once: a busy function writes thousands a second. */
const GATHER_MS = 50

/** polling: the end of the log is read again and again, since no stream was given. broken: the browser connects again by itself. */
export type TailState = 'opening' | 'live' | 'broken' | 'polling'

interface LiveLines {
  lines: LogLine[]
  state: TailState
  /** Why no stream was given. */
  refusal: ApiError | undefined
  clear(): void
}

/** The last lines of a log, and each that follows while `isFollowing`. */
export function useLiveLines(route: string, filter: string, isFollowing: boolean): LiveLines {
  const [lines, setLines] = useState<LogLine[]>([])
  const [state, setState] = useState<TailState>('opening')
  const [refusal, setRefusal] = useState<ApiError>()
  useEffect(() => {
    if (!isFollowing) return
    setState('opening')
    setRefusal(undefined)
    const tail = new Tail(route, filter, { setState, setLines, setRefusal })
    return () => tail.close()
  }, [route, filter, isFollowing])
  return { lines, state, refusal, clear: () => setLines([]) }
}

interface Screen {
  setState(state: TailState): void
  setRefusal(refusal: ApiError): void
  setLines(change: LogLine[] | ((before: LogLine[]) => LogLine[])): void
}

/** One tail: what was written before, then the stream; where there is none, the end of the log again and again. */
class Tail {
  readonly #route: string
  readonly #filter: string
  readonly #screen: Screen
  readonly #source: EventSource
  #gathered: LogLine[] = []
  /** How often each line was in the listing and has not come by the stream; undefined before that is read. */
  #listed: Map<string, number> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(route: string, filter: string, screen: Screen) {
    this.#route = route
    this.#filter = filter
    this.#screen = screen
    this.#source = new EventSource(`${route}/live${filter}`)
    this.#source.addEventListener('open', () => screen.setState('live'))
    this.#source.addEventListener('line', (event) =>
      this.#gather(JSON.parse((event as MessageEvent<string>).data) as LogLine),
    )
    this.#source.addEventListener('missed', (event) => this.#note(event as MessageEvent<string>))
    this.#source.addEventListener('error', () => this.#failed())
    void this.#readBefore()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#source.close()
  }

  #gather(line: LogLine): void {
    this.#gathered.push(line)
    this.#timer ??= setTimeout(() => this.#show(), GATHER_MS)
  }

  #show(): void {
    this.#timer = undefined
    const listed = this.#listed
    if (!listed) return
    const fresh = this.#gathered.filter((line) => !take(listed, identity(line)))
    this.#gathered = []
    this.#screen.setLines((before) => [...before, ...fresh].slice(-LINES_MAX))
  }

  /** A browser gives up for good only where the answer was no stream. */
  #failed(): void {
    if (this.#isClosed) return
    const isOver = this.#source.readyState === EventSource.CLOSED
    this.#screen.setState(isOver ? 'polling' : 'broken')
    if (!isOver) return
    void this.#askWhy()
    void this.#poll()
  }

  /** The browser tells nobody what was answered in the place of a stream. */
  async #askWhy(): Promise<void> {
    try {
      const response = await respond(`GET ${this.#route}/live${this.#filter}`)
      // A stream after all: the next who opens the page has it.
      if (response.ok) await response.body?.cancel()
      else this.#screen.setRefusal(errorOf(response, await response.text()))
    } catch (error) {
      this.#screen.setRefusal(apiErrorOf(error))
    }
  }

  /** The platform drops lines where a reader cannot keep up, and says how many. */
  #note({ data }: MessageEvent<string>): void {
    const { lines } = JSON.parse(data) as { lines: number }
    const text = `… ${lines} lines came faster than they could be shown; they are in the log`
    this.#gather({ time: new Date().toISOString(), text })
  }

  async #readBefore(): Promise<void> {
    const lines = await this.#lastLines()
    if (this.#isClosed) return
    this.#listed = new Map()
    for (const key of lines.map(identity)) this.#listed.set(key, (this.#listed.get(key) ?? 0) + 1)
    this.#screen.setLines(lines)
    this.#show()
  }

  async #poll(): Promise<void> {
    while (!this.#isClosed) {
      const lines = await this.#lastLines()
      if (this.#isClosed) return
      this.#screen.setLines(lines)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /** None where the log cannot be read: the state beside it says what is wrong. */
  async #lastLines(): Promise<LogLine[]> {
    const separator = this.#filter === '' ? '?' : '&'
    const route = `${this.#route}${this.#filter}${separator}limit=${BEFORE}`
    const answer = await call<{ lines: LogLine[] }>(`GET ${route}`).catch(() => undefined)
    return answer?.lines ?? []
  }
}

/** A line may come by the stream and by the listing; each is shown once, and equal ones as often as written. */
function take(listed: Map<string, number>, key: string): boolean {
  const left = listed.get(key) ?? 0
  if (left > 0) listed.set(key, left - 1)
  return left > 0
}

function identity({ time, invocationId, text }: LogLine): string {
  return `${time} ${invocationId ?? ''} ${text}`
}
