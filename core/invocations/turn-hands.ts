/** The name of the jobs that say that a worker still takes some. */
export const CANARY = 'canary'

/** A job for one worker, though any may take it: the others pass it on. */
export interface CanaryData {
  /** Of the worker that it is for. */
  canaryId: string
  /** How often it is passed on yet. By then it has met its worker, if there is still one to meet. */
  passes: number
}
export const CANARY_PASSES_MAX = 30

/** One fire of a schedule. */
export interface ScheduleTick {
  triggerId: string
  functionName: string
  qualifier?: string | undefined
  schedule: string
  /** When it was due; the same for every repeat of this tick. */
  fireTime: Date
  /** The event that the trigger's owner wants instead of the usual one. */
  input?: unknown
  /** ARN of the rule or schedule of AWS's that the trigger is of. */
  origin?: string
}

export interface TurnHandlers {
  /** Resolves when the turn is over. `token` is the one that it was given with. */
  turn(functionName: string, token: string): Promise<void>
  /** Rejects to have the tick again a second later. */
  tick(tick: ScheduleTick): Promise<void>
  /** What went wrong between the worker and Redis, or in a handler. */
  failed(error: Error): void
  /** The worker took nothing any more, without a word, and is opened anew. */
  silent(): void
}

export type TurnData = { functionName: string }
export type TickData = {
  triggerId: string
  functionName: string
  qualifier?: string | undefined
  schedule: string
  input?: unknown
  origin?: string
}

/** What is looked at of a job of BullMQ's. */
interface TakenJob {
  id?: string | undefined
  name: string
  data: unknown
}

/** Gives each job to its handler, and counts those in hand. */
export class Hands {
  readonly handlers: TurnHandlers
  readonly canaryId: string
  /** Called for each job, a canary too. */
  onTaken: () => void = () => undefined
  /** Called for a canary that is another worker's. */
  onForeign: (canary: CanaryData) => Promise<void> = async () => undefined
  held = 0

  constructor(handlers: TurnHandlers, canaryId: string) {
    this.handlers = handlers
    this.canaryId = canaryId
  }

  async take(job: TakenJob): Promise<void> {
    this.onTaken()
    this.held += 1
    try {
      await this.#handle(job)
    } finally {
      this.held -= 1
    }
  }

  async #handle(job: TakenJob): Promise<void> {
    if (job.name === CANARY) {
      const canary = job.data as CanaryData
      if (canary.canaryId !== this.canaryId && canary.passes > 0) await this.onForeign(canary)
      return
    }
    if (job.name !== 'tick') {
      await this.handlers.turn((job.data as TurnData).functionName, job.id ?? '')
      return
    }
    // BullMQ names a scheduled job `repeat:<scheduler>:<milliseconds of its fire time>`.
    const fireTime = new Date(Number(job.id?.slice(job.id.lastIndexOf(':') + 1)))
    await this.handlers.tick({ ...(job.data as TickData), fireTime })
  }
}
