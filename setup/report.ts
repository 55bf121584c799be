const HEARTBEAT_MS = 10_000

/** Says in one line each what the set-up found, made or has to do without. */
export class Report {
  readonly #write: (line: string) => void
  /** Lines that wait until a question is answered. */
  #held: string[] | undefined

  constructor(write: (line: string) => void) {
    this.#write = write
  }

  found(part: string, what: string): void {
    this.#line('found', part, what)
  }

  made(part: string, what: string): void {
    this.#line('made', part, what)
  }

  missing(part: string, reason: string): void {
    this.#line('off', part, reason)
  }

  /** Asks, while all lines wait: other parts go on, and the question stays the last thing on the screen. */
  async asking<T>(ask: () => Promise<T>): Promise<T> {
    const held: string[] = []
    this.#held = held
    try {
      return await ask()
    } finally {
      this.#held = undefined
      for (const line of held) this.#write(line)
    }
  }

  /** Runs what takes long, with a line at its start and every ten seconds. */
  async busy<T>(part: string, what: string, work: () => Promise<T>): Promise<T> {
    const started = Date.now()
    this.#line('busy', part, what)
    const heartbeat = setInterval(() => {
      if (!this.#held) this.#line('busy', part, `${what}, ${seconds(started)}`)
    }, HEARTBEAT_MS)
    try {
      return await work()
    } finally {
      clearInterval(heartbeat)
    }
  }

  #line(state: string, part: string, text: string): void {
    const line = `${state.padEnd(6)} ${part.padEnd(15)} ${text}`
    if (this.#held) this.#held.push(line)
    else this.#write(line)
  }
}

/** Whole seconds since `startedMs`, as it is printed. */
export function seconds(startedMs: number): string {
  return `${Math.round((Date.now() - startedMs) / 1000)} s`
}
