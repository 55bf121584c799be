import type { Attempt } from './attempt.ts'
import { SandboxClock } from './sandbox-clock.ts'
import type { Standstill } from './standstill.ts'

/** A place for one invocation; its clock is set back for the next one that gets it. */
interface Place {
  clock: SandboxClock
  attempt: Attempt | undefined
}

/** The invocations that one sandbox runs, each against a clock of its own. */
export class Running {
  readonly #standstill: Standstill
  readonly #late: (attempt: Attempt) => void
  /** By the invocation's id, in the order in which they began. */
  readonly #places = new Map<string, Place & { attempt: Attempt }>()
  readonly #free: Place[] = []
  #answered = 0

  /** `late` is called with each that has not been answered in its time. */
  constructor(standstill: Standstill, late: (attempt: Attempt) => void) {
    this.#standstill = standstill
    this.#late = late
  }

  get size(): number {
    return this.#places.size
  }

  /** Some have been answered, and end within this turn of the event loop. */
  get isAlmostLess(): boolean {
    return this.#answered > 0
  }

  /** Those that wait for their answer. */
  get unanswered(): Attempt[] {
    return Array.from(this.#places.values(), ({ attempt }) => attempt).filter(
      ({ isAnswered }) => !isAnswered,
    )
  }

  /** How many invocations stand behind the deepest of them. */
  get depth(): number | undefined {
    let deepest: number | undefined
    for (const { attempt } of this.#places.values()) {
      const { depth = 0 } = attempt.call.request
      deepest = Math.max(deepest ?? 0, depth)
    }
    return deepest
  }

  get(id: string): Attempt | undefined {
    return this.#places.get(id)?.attempt
  }

  /** The only one, where it is one. */
  get only(): Attempt | undefined {
    if (this.#places.size !== 1) return undefined
    const [place] = this.#places.values()
    return place?.attempt
  }

  begin(attempt: Attempt): void {
    const place = this.#free.pop() ?? this.#newPlace()
    const { request, timeoutMs } = attempt.call
    this.#places.set(request.id, Object.assign(place, { attempt }))
    place.clock.start(timeoutMs)
  }

  /** It will end within this turn of the event loop. */
  answered(): void {
    this.#answered += 1
  }

  /** False where it had ended before. */
  end({ call: { request } }: Attempt): boolean {
    const place = this.#places.get(request.id)
    if (!place) return false
    this.#places.delete(request.id)
    this.#answered -= 1
    const free: Place = place
    free.attempt = undefined
    this.#free.push(free)
    return true
  }

  /** No clock rings any more. */
  stop(): void {
    for (const { clock } of [...this.#places.values(), ...this.#free]) clock.stop()
  }

  #newPlace(): Place {
    const place: Place = {
      attempt: undefined,
      clock: new SandboxClock(this.#standstill, () => {
        const { attempt } = place
        if (attempt && !attempt.isAnswered) this.#late(attempt)
      }),
    }
    return place
  }
}
