import { type HeldBodies, heldBody, keptBodies } from '../core/bodies/kept-bodies.ts'
import { HearthError } from '../core/errors.ts'
import type { FunctionDefinition } from '../core/functions/function.ts'
import type { EndedInvocation } from '../core/invocations/invocation-tally.ts'
import type { Timings } from '../core/invocations/timings.ts'
import { type EndedRecord, type KeptError, keptError } from '../core/journal/ended-invocation.ts'
import type { Pending } from '../core/journal/journal-buffer.ts'
import type { JournalStore } from '../core/journal/journal-store.ts'
import type { Logger } from '../core/logs/logger.ts'
import type { InvocationRecorder, RecordedCall } from './pool/invocation-recorder.ts'

/** How often what is too old is looked for, also where nothing ends. */
const SWEEP_MS = 60_000

/**
 * Gives the journal each synchronous invocation that ends on this host. Asynchronous ones have records
 * of their own, which tell of each attempt.
 */
export class InvocationJournal implements InvocationRecorder {
  readonly #journal: JournalStore
  readonly #log: Logger
  readonly #sweeps: NodeJS.Timeout
  #told = 0
  #toldRefusal: Error | undefined

  constructor(journal: JournalStore, log: Logger) {
    this.#journal = journal
    this.#log = log
    this.#sweeps = setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  ended(definition: FunctionDefinition, ended: EndedInvocation, call: RecordedCall): void {
    if (call.request.patient) return
    const { errorType } = ended
    const failure = errorType === undefined ? undefined : keptError(errorType, call.errorMessage)
    this.#journal.writer.add(new PendingRecord(definition, call, { ended, failure }))
  }

  refused(definition: FunctionDefinition, error: Error, call: RecordedCall): void {
    if (call.request.patient) return
    const failure = keptError(codeOf(error), error.message)
    this.#journal.writer.add(new PendingRecord(definition, call, { failure }))
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeps)
    await this.#journal.writer.close()
  }

  #sweep(): void {
    const { dropped, refusal } = this.#journal.writer
    if (dropped > this.#told) {
      this.#log.warn(
        { dropped: dropped - this.#told, ...(refusal !== this.#toldRefusal && { err: refusal }) },
        'Records of synchronous invocations were dropped: Redis did not take them',
      )
      this.#told = dropped
      this.#toldRefusal = refusal
    }
    this.#journal.sweep().catch((err: unknown) => {
      this.#log.debug(
        { err },
        'Old records of invocations could not be dropped; a later sweep does',
      )
    })
  }
}

interface End {
  /** Absent where it was refused. */
  ended?: EndedInvocation
  failure: KeptError | undefined
}

/**
 * Holds only what the record needs: neither event nor result of a function that does not want them kept.
 * One object, and few in it: thousands of them wait at a time, which the collector moves about.
 */
class PendingRecord implements Pending {
  number = 0
  readonly bytes: number
  readonly #definition: FunctionDefinition
  readonly #id: string
  readonly #qualifier: string | undefined
  readonly #depth: number | undefined
  readonly #byUrl: boolean | undefined
  readonly #createdAtMs: number
  readonly #endedAtMs = Date.now()
  readonly #durationMs: number | undefined
  readonly #memoryMb: number | undefined
  readonly #timings: Timings | undefined
  readonly #failure: KeptError | undefined
  readonly #held: HeldBodies | undefined

  constructor(definition: FunctionDefinition, call: RecordedCall, { ended, failure }: End) {
    const { id, qualifier, depth, byUrl } = call.request
    this.#definition = definition
    this.#id = id
    this.#qualifier = qualifier
    this.#depth = depth
    this.#byUrl = byUrl
    this.#createdAtMs = this.#endedAtMs - (performance.now() - call.enteredAt)
    this.#durationMs = ended?.durationMs
    this.#memoryMb = ended?.maxMemoryMb
    this.#timings = ended && call.timings
    this.#failure = failure
    this.#held = definition.record?.bodies ? hold(call) : undefined
    this.bytes = this.#held ? lengthOf(this.#held.event) + lengthOf(this.#held.result) : 0
  }

  get functionName(): string {
    return this.#definition.name
  }

  make(): EndedRecord {
    const { name: functionName, createdAt: functionCreatedAt, version, record } = this.#definition
    return {
      id: this.#id,
      functionName,
      functionCreatedAt,
      qualifier: this.#qualifier,
      version,
      kind: this.#byUrl ? 'url' : 'request',
      depth: this.#depth,
      createdAtMs: this.#createdAtMs,
      endedAtMs: this.#endedAtMs,
      durationMs: this.#durationMs,
      memoryMb: this.#memoryMb,
      timings: this.#timings,
      ...this.#failure,
      ...(this.#held && record && { bodies: keptBodies(this.#held, record) }),
    }
  }
}

function hold({ request, result, contentType }: RecordedCall): HeldBodies {
  const event = heldBody(request.event)
  if (result === undefined) return { event }
  return { event, result: contentType === undefined ? heldBody(result) : 'It is no JSON' }
}

function lengthOf(body: Buffer | string | undefined): number {
  return Buffer.isBuffer(body) ? body.length : 0
}

function codeOf(error: Error): string {
  return error instanceof HearthError ? error.code : 'Internal'
}
