const HEARTBEAT_MS = 10_000

/** Says in one line each what the set-up found, made or has to do without. */
export class Report {
  readonly #write: (line: string) => void

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

  /** Runs what takes long, with a line at its start and every ten seconds. */
  async busy<T>(part: string, what: string, work: () => Promise<T>): Promise<T> {
    const started = Date.now()
    this.#line('busy', part, what)
    const heartbeat = setInterval(
      () => this.#line('busy', part, `${what}, ${seconds(started)}`),
      HEARTBEAT_MS,
    )
    try {
      return await work()
    } finally {
      clearInterval(heartbeat)
    }
  }

  #line(state: string, part: string, text: string): void {
    this.#write(`${state.padEnd(6)} ${part.padEnd(15)} ${text}`)
  }
}

/** Whole seconds since `startedMs`, as it is printed. */
export function seconds(startedMs: number): string {
  return `${Math.round((Date.now() - startedMs) / 1000)} s`
}
