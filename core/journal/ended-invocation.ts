import type { KeptBodies } from '../bodies/kept-bodies.ts'
import type { Cause } from '../invocations/invocation.ts'
import { readTimings, type TimingsLine, timingsLine } from '../invocations/invocation-record.ts'
import type { ShownInvocation } from '../invocations/shown-invocation.ts'
import type { Timings } from '../invocations/timings.ts'

/** A synchronous invocation that has ended, by an answer or by being refused. */
export interface EndedRecord {
  id: string
  functionName: string
  /** `createdAt` of that function: a later one of its name is another one. */
  functionCreatedAt: string
  qualifier?: string | undefined
  version: string
  /** Where it came by: the API, or the function's own address. */
  kind: 'request' | 'url'
  depth?: number | undefined
  createdAtMs: number
  endedAtMs: number
  /** Until the answer, and what its process used at most; not there where nothing has run. */
  durationMs?: number | undefined
  memoryMb?: number | undefined
  /** Where its time went, where a sandbox had taken it. */
  timings?: Timings | undefined
  /** Of one that failed, or was refused: then an error's code. Cut, see `keptError`. */
  errorType?: string | undefined
  errorMessage?: string | undefined
  /** Kept where the function wants it; JSON, redacted already. */
  bodies?: KeptBodies | undefined
}

const TYPE_CHARACTERS_MAX = 200
const MESSAGE_CHARACTERS_MAX = 1000

export type KeptError = Pick<EndedRecord, 'errorType' | 'errorMessage'>

/** What is kept of an error, and may be held until then: a function's own message can have 256 KB. */
export function keptError(type: string, message: string | undefined): KeptError {
  return {
    errorType: startOf(type, TYPE_CHARACTERS_MAX),
    errorMessage: message === undefined ? undefined : startOf(message, MESSAGE_CHARACTERS_MAX),
  }
}

/** A copy where it is cut: a slice would hold all of the text in memory. */
function startOf(text: string, characters: number): string {
  if (text.length <= characters) return text
  return Buffer.from(text.slice(0, characters), 'utf16le').toString('utf16le')
}

/** The id comes first: core/lua/journal.lua reads it. What is not known is null. */
type EntryLine = [
  id: string,
  version: string,
  createdAtMs: number,
  endedAtMs: number,
  durationMs: number | null,
  memoryMb: number | null,
  timings: TimingsLine | null,
  kind: EndedRecord['kind'],
  qualifier: string | null,
  errorType: string | null,
  errorMessage: string | null,
  depth: number | null,
]

/** As one line of the journal: JSON without what it is known by already. */
export function entryLine(ended: EndedRecord): string {
  const { id, version, createdAtMs, endedAtMs, durationMs, memoryMb, timings, kind } = ended
  const line: EntryLine = [
    id,
    version,
    Math.floor(createdAtMs),
    Math.floor(endedAtMs),
    durationMs === undefined ? null : Math.round(durationMs * 1000) / 1000,
    memoryMb === undefined ? null : Math.round(memoryMb * 10) / 10,
    timings ? timingsLine(timings) : null,
    kind,
    ended.qualifier ?? null,
    ended.errorType ?? null,
    ended.errorMessage ?? null,
    ended.depth ?? null,
  ]
  return JSON.stringify(line)
}

/** The same as it is shown. */
export function readEntry(functionName: string, text: string): ShownInvocation {
  const [id, version, createdAtMs, endedAtMs, durationMs, memoryMb, timings, ...rest] = JSON.parse(
    text,
  ) as EntryLine
  const [kind, qualifier, errorType, errorMessage, depth] = rest
  const cause: Cause = { kind, ...(depth !== null && { depth }) }
  const times = timings ? readTimings(timings) : undefined
  return {
    id,
    functionName,
    ...(qualifier !== null && { qualifier }),
    version,
    type: 'RequestResponse',
    state: errorType === null ? 'succeeded' : 'failed',
    cause,
    createdAt: new Date(createdAtMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
    ...(durationMs !== null && { durationMs }),
    ...(memoryMb !== null && { memoryMb }),
    ...(times && { start: times.start, timings: times }),
    ...(errorType !== null && { errorType }),
    ...(errorMessage !== null && { errorMessage }),
  }
}
