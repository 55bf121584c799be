import type { HearthError } from '../../core/errors.ts'
import { ProtocolError } from '../../core/frame.ts'
import type { ChunkMessage, FatalMessage, FunctionError } from '../../core/protocol.ts'
import type { Attempt } from './attempt.ts'
import type { Call } from './call.ts'
import { timeoutError } from './outcome.ts'
import { SandboxClock } from './sandbox-clock.ts'
import { type AnswerMessage, measuredOf } from './sandbox-messages.ts'
import type { Standstill } from './standstill.ts'

/** A place for one invocation; its clock is set back for the next one that gets it. */
interface Place {
  clock: SandboxClock
  attempt: Attempt | undefined
}

export interface RunningListener {
  /** One was not answered in its time, and is answered so. */
  late(): void
  /** One comes to its end: what its handler wrote has been read. */
  ending(): void
  /** One has ended; it is the listener's to close. */
  ended(attempt: Attempt): void
}

/** The invocations that one sandbox runs, each against a clock of its own, until each has its one answer. */
export class Running {
  readonly #standstill: Standstill
  readonly #listener: RunningListener
  /** By the invocation's id, in the order in which they began. */
  readonly #places = new Map<string, Place & { attempt: Attempt }>()
  readonly #free: Place[] = []
  #ending = 0
  #lastDepth: number | undefined
  /** Those that were not answered in time; their answers may come yet. The sandbox begins none after them. */
  readonly #overdue = new Set<string>()

  constructor(standstill: Standstill, listener: RunningListener) {
    this.#standstill = standstill
    this.#listener = listener
  }

  get size(): number {
    return this.#places.size
  }

  /** Some have been answered, and end within this turn of the event loop, or the next. */
  get isAlmostLess(): boolean {
    return this.#ending > 0
  }

  /** Some wait for their answer. */
  get owesAnswers(): boolean {
    return this.#unanswered.length > 0
  }

  /** How many invocations stand behind the deepest of them, or behind the last one that ran. */
  get depth(): number | undefined {
    if (this.#places.size === 0) return this.#lastDepth
    const depths = Array.from(
      this.#places.values(),
      ({ attempt }) => attempt.call.request.depth ?? 0,
    )
    return Math.max(...depths)
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
    this.#lastDepth = request.depth ?? 0
    place.clock.start(timeoutMs)
  }

  /** Throws ProtocolError on what the runtime would not send now. */
  answer(head: AnswerMessage | ChunkMessage, body: Buffer): void {
    const attempt = this.#places.get(head.id)?.attempt
    if (!attempt && this.#overdue.has(head.id)) return
    if (!attempt) throw new ProtocolError(`Sandbox sent "${head.type}" of what it does not run`)
    if (attempt.isAnswered) return
    if (head.type === 'chunk') attempt.stream(body, head.contentType)
    else {
      attempt.answer(head, body)
      this.#endSoon(attempt)
    }
  }

  /** The sandbox ends by itself: what is still owed is this answer. */
  fatal(error: FunctionError, message: FatalMessage): void {
    for (const attempt of this.#unanswered) {
      attempt.fail(error, measuredOf(message))
      this.#endSoon(attempt)
    }
  }

  /** The sandbox has ended. */
  fail(errorFor: (id: string) => FunctionError): void {
    for (const attempt of this.#unanswered) {
      attempt.fail(errorFor(attempt.call.request.id))
      this.#end(attempt)
    }
  }

  /** Refuses what is not answered yet: not its function's doing. */
  refuse(error: HearthError): void {
    for (const attempt of this.#unanswered) attempt.refuse(error)
  }

  /** Gives up what is not answered yet, as if it had not begun. */
  takeBack(): Call[] {
    const taken = this.#unanswered
    for (const attempt of taken) this.#leavePlace(attempt)
    return taken.map(({ call }) => call)
  }

  /** No clock rings any more. */
  stop(): void {
    for (const { clock } of [...this.#places.values(), ...this.#free]) clock.stop()
  }

  get #unanswered(): Attempt[] {
    const attempts = Array.from(this.#places.values(), ({ attempt }) => attempt)
    return attempts.filter(({ isAnswered }) => !isAnswered)
  }

  /**
   * What the handler wrote before its answer is in the pipes by now. Where the answer alone has woken
   * this turn of the event loop, the pipes are read in it too. Where another frame may have, they may
   * have been read before that: the next turn reads what was written since.
   */
  #endSoon(attempt: Attempt): void {
    this.#ending += 1
    const end = () => {
      this.#ending -= 1
      this.#listener.ending()
      this.#end(attempt)
    }
    const isAlone = this.#places.size + this.#overdue.size === 1 && !attempt.call.stream
    setImmediate(isAlone ? end : () => setImmediate(end))
  }

  #end(attempt: Attempt): void {
    if (this.#leavePlace(attempt)) this.#listener.ended(attempt)
  }

  /** False where it has no place any more. */
  #leavePlace({ call: { request } }: Attempt): boolean {
    const place: Place | undefined = this.#places.get(request.id)
    if (!place) return false
    this.#places.delete(request.id)
    place.attempt = undefined
    this.#free.push(place)
    return true
  }

  #late(attempt: Attempt): void {
    const { request, timeoutMs } = attempt.call
    this.#overdue.add(request.id)
    this.#listener.late()
    attempt.fail(timeoutError(request.id, timeoutMs), { timedOut: true })
    this.#endSoon(attempt)
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
