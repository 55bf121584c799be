import { type HeldBodies, heldBody, keptBodies } from '../core/bodies/kept-bodies.ts'
import { HearthError } from '../core/errors.ts'
import type { FunctionDefinition } from '../core/functions/function.ts'
import type { EndedInvocation } from '../core/invocations/invocation-tally.ts'
import { type EndedRecord, type KeptError, keptError } from '../core/journal/ended-invocation.ts'
import type { JournalStore } from '../core/journal/journal-store.ts'
import type { JournalWriter } from '../core/journal/journal-writer.ts'
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

  constructor(journal: JournalStore, log: Logger) {
    this.#journal = journal
    this.#log = log
    this.#sweeps = setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  ended(definition: FunctionDefinition, ended: EndedInvocation, call: RecordedCall): void {
    if (call.request.patient) return
    const { errorType } = ended
    const failure = errorType === undefined ? undefined : keptError(errorType, call.errorMessage)
    add(this.#journal.writer, { definition, call, ended, failure })
  }

  refused(definition: FunctionDefinition, error: Error, call: RecordedCall): void {
    if (call.request.patient) return
    const failure = keptError(codeOf(error), error.message)
    add(this.#journal.writer, { definition, call, failure })
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeps)
    await this.#journal.writer.close()
  }

  #sweep(): void {
    const { dropped } = this.#journal.writer
    if (dropped > this.#told) {
      this.#log.warn(
        { dropped: dropped - this.#told },
        'Records of synchronous invocations were dropped: Redis did not take them in time',
      )
      this.#told = dropped
    }
    this.#journal.sweep().catch((err: unknown) => {
      this.#log.debug(
        { err },
        'Old records of invocations could not be dropped; a later sweep does',
      )
    })
  }
}

interface Ended {
  definition: FunctionDefinition
  call: RecordedCall
  /** Absent where it was refused. */
  ended?: EndedInvocation
  failure: KeptError | undefined
}

/** Holds only what the record needs: neither event nor result of a function that does not want them kept. */
function add(writer: JournalWriter, { definition, call, ended, failure }: Ended): void {
  const { id, qualifier, depth, byUrl } = call.request
  const { name, createdAt: functionCreatedAt, version, record } = definition
  const endedAtMs = Date.now()
  const createdAtMs = endedAtMs - (performance.now() - call.enteredAt)
  const durationMs = ended?.durationMs
  const memoryMb = ended?.maxMemoryMb
  const timings = ended && call.timings
  const held = record?.bodies ? hold(call) : undefined
  const make = (): EndedRecord => ({
    id,
    functionName: name,
    functionCreatedAt,
    qualifier,
    version,
    kind: byUrl ? 'url' : 'request',
    depth,
    createdAtMs,
    endedAtMs,
    durationMs,
    memoryMb,
    timings,
    ...failure,
    ...(held && record && { bodies: keptBodies(held, record) }),
  })
  writer.add({
    functionName: name,
    make,
    bytes: held ? lengthOf(held.event) + lengthOf(held.result) : 0,
  })
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
