import type { FunctionDefinition } from '../../core/functions/function.ts'
import { noTimings, type Timings } from '../../core/invocations/timings.ts'
import type { AnswerStream } from '../../core/links/answer-stream.ts'
import type { InvokeAnswer, InvokeRequest } from '../../core/links/invoke-link.ts'

import type { InvocationRecorder } from './invocation-recorder.ts'

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
  /** Of that time, putting the code in place, and loading the handler. */
  codeMs: number
  initMs: number
  /** How many sandboxes of the version there were when it was taken. */
  others: number
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
  readonly timings: Timings = noTimings()
  /** It has been given to a second sandbox after a fault of the platform; there is no third. */
  retried = false
  /** While it waits for room: until when, by `performance.now()`. */
  waitsUntil = 0
  /** By `performance.now()`; 0 where no sandbox has taken it. */
  #takenAt = 0
  readonly #recorder: InvocationRecorder | undefined
  readonly #resolve: (answer: InvokeAnswer) => void
  readonly #reject: (error: Error) => void

  constructor(
    of: {
      fn: RunnableFunction
      request: InvokeRequest
      stream?: AnswerStream | undefined
      recorder?: InvocationRecorder
    },
    resolve: (answer: InvokeAnswer) => void,
    reject: (error: Error) => void,
  ) {
    this.fn = of.fn
    this.request = of.request
    this.stream = of.stream
    this.#recorder = of.recorder
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
    const { timings, enteredAt } = this
    this.#takenAt = now
    if (fresh) {
      this.#takenFresh(fresh, now)
      return
    }
    timings.queueMs = now - enteredAt - (thawMs ?? 0)
    if (thawMs === undefined) return
    timings.start = 'thawed'
    timings.acquireMs = thawMs
    timings.why = 'it was frozen while it was idle'
  }

  #takenFresh(fresh: Fresh, now: number): void {
    const { timings, enteredAt } = this
    const { launchedAt, specialisedAt, codeMs, initMs, own } = fresh
    const isNew = own || launchedAt > enteredAt
    const from = Math.max(enteredAt, isNew ? launchedAt : specialisedAt)
    const since = now - from
    timings.start = isNew ? 'new' : 'generic'
    timings.why = whyFresh(fresh, isNew)
    timings.queueMs = from - enteredAt
    // Who came while it was loading has waited for a part of that.
    timings.initMs = Math.min(initMs, since)
    timings.codeMs = Math.min(codeMs, since - timings.initMs)
    timings.acquireMs = since - timings.initMs - timings.codeMs
  }

  answer(result: Omit<InvokeAnswer, 'executedVersion' | 'timings'>): void {
    const executedVersion = this.fn.definition.version
    const { timings } = this
    if (this.#takenAt > 0) {
      timings.responseMs = Math.max(0, performance.now() - this.#takenAt - timings.handlerMs)
    }
    this.#resolve({ executedVersion, ...result, timings })
  }

  /** Refuses it: it has not run, or nobody knows how it ended. */
  fail(error: Error): void {
    this.#recorder?.refused?.(this.fn.definition, error, this)
    this.#reject(error)
  }
}

function whyFresh({ own, others }: Fresh, isNew: boolean): string {
  const busy = others === 0 ? 'none of this version ran' : `all ${others} of this version were busy`
  if (own) return `${busy}, and it needs a container of its own`
  return isNew ? `${busy}, and no generic one was waiting` : busy
}
