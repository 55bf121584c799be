import type { FunctionDefinition } from '../../core/functions/function.ts'
import type { AnswerStream } from '../../core/links/answer-stream.ts'
import type { InvokeAnswer, InvokeRequest, Timings } from '../../core/links/invoke-link.ts'

/** A function as the pool runs it. */
export interface RunnableFunction {
  definition: FunctionDefinition
  /** Complete: the function's own variables and what the platform adds. Secrets included. */
  environment: Record<string, string>
}

/** A sandbox that has not run anything yet; times by `performance.now()`. */
export interface Fresh {
  launchedAt: number
  specialisedAt: number
  initMs: number
  /** Started for this function from the beginning. */
  own: boolean
}

/** One invocation on its way through the pool: waits, gets a sandbox, is answered once. */
export class Call {
  readonly fn: RunnableFunction
  readonly request: InvokeRequest
  /** Where the answer is read as it comes. */
  readonly stream: AnswerStream | undefined
  readonly enteredAt = performance.now()
  readonly timings: Timings = { queueMs: 0, acquireMs: 0, initMs: 0, handlerMs: 0, start: 'warm' }
  /** It has been given to a second sandbox after a fault of the platform; there is no third. */
  retried = false
  /** While it waits for room: until when, by `performance.now()`. */
  waitsUntil = 0
  readonly #resolve: (answer: InvokeAnswer) => void
  readonly #reject: (error: Error) => void

  constructor(
    of: { fn: RunnableFunction; request: InvokeRequest; stream?: AnswerStream | undefined },
    resolve: (answer: InvokeAnswer) => void,
    reject: (error: Error) => void,
  ) {
    this.fn = of.fn
    this.request = of.request
    this.stream = of.stream
    this.#resolve = resolve
    this.#reject = reject
  }

  get timeoutMs(): number {
    return this.fn.definition.timeoutSeconds * 1000
  }

  /**
   * Notes where its time went so far, as a sandbox takes it now. Of a sandbox that was made or
   * specialised for those who waited, the time is theirs; before that they waited for room. `thawMs`
   * is what it took to thaw one that was frozen.
   */
  taken(fresh: Fresh | undefined, thawMs?: number): void {
    const now = performance.now()
    if (thawMs !== undefined) {
      this.timings.start = 'thawed'
      this.timings.queueMs = now - this.enteredAt - thawMs
      this.timings.acquireMs = thawMs
      return
    }
    if (!fresh) {
      this.timings.queueMs = now - this.enteredAt
      return
    }
    const isNew = fresh.own || fresh.launchedAt > this.enteredAt
    const from = Math.max(this.enteredAt, isNew ? fresh.launchedAt : fresh.specialisedAt)
    this.timings.start = isNew ? 'new' : 'generic'
    this.timings.queueMs = from - this.enteredAt
    this.timings.initMs = fresh.initMs
    this.timings.acquireMs = Math.max(0, now - from - fresh.initMs)
  }

  answer(result: Omit<InvokeAnswer, 'executedVersion' | 'timings'>): void {
    const executedVersion = this.fn.definition.version
    this.#resolve({ executedVersion, ...result, timings: this.timings })
  }

  fail(error: Error): void {
    this.#reject(error)
  }
}
