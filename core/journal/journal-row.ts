import type { InvocationFilter } from '../invocations/invocation-filter.ts'
import { StartKind } from '../invocations/timings.ts'
import type { EndedRecord } from './ended-invocation.ts'

/** As core/lua/journal.lua has it: three words of 32 bits, the lowest byte first. */
export const ROW_BYTES = 12
/**
 * Words of a row: the second in which it was made; whether it failed (bit 0), how its sandbox was had
 * (1 to 3), what called it (4), and its version (8 to 23); its error, and its qualifier. Texts are
 * sums of 16 bits: what fits is looked at itself, so that an equal sum costs a look and no more.
 */
const WORDS = 3
const FAILED = 1
const START_SHIFT = 1
const START_MASK = 7 << START_SHIFT
const URL = 1 << 4
const VERSION_SHIFT = 8
const VERSION_MASK = 0xffff << VERSION_SHIFT
const QUALIFIER_SHIFT = 16
const ERROR_MASK = 0xffff
const QUALIFIER_MASK = 0xffff << QUALIFIER_SHIFT

const { enum: STARTS } = StartKind as unknown as { enum: readonly string[] }
/**
 * So much earlier may have been made what comes later in a log, in its order of ends: waiting for room, loading
 * and running take 900 seconds each at most; the rest is for being written, and for clocks that differ.
 */
const TAKES_SECONDS_MAX = 3 * 900 + 300

/** Writes the row of an invocation at that place. */
export function writeRow(bytes: Buffer, at: number, ended: EndedRecord): void {
  const { createdAtMs, version, qualifier = '$LATEST', errorType, timings, kind } = ended
  const start = timings ? STARTS.indexOf(timings.start) + 1 : 0
  const failed = errorType === undefined ? 0 : FAILED
  const url = kind === 'url' ? URL : 0
  bytes.writeUInt32LE(Math.floor(createdAtMs / 1000), at)
  const word = failed | (start << START_SHIFT) | url | (sum(version) << VERSION_SHIFT)
  bytes.writeInt32LE(word, at + 4)
  const error = errorType === undefined ? 0 : sum(errorType)
  bytes.writeInt32LE(error | (sum(qualifier) << QUALIFIER_SHIFT), at + 8)
}

/**
 * Bits of a segment's mark: what any of its invocations is. Kinds have one each; of texts, which may be
 * anything, each has one of a few, so that what is not there is mostly told from what is.
 */
const MARK = { failed: 1, succeeded: 2, url: 4, request: 8, start: 16 }
const MARK_ERROR = { shift: 9, bits: 10 }
const MARK_VERSION = { shift: 19, bits: 6 }
const MARK_QUALIFIER = { shift: 25, bits: 6 }

const textBit = (text: string, { shift, bits }: typeof MARK_ERROR) =>
  1 << (shift + (sum(text) % bits))
const startBit = (start: string | undefined) =>
  start === undefined ? 0 : MARK.start << STARTS.indexOf(start)

export function markOf(ended: EndedRecord): number {
  const { version, qualifier = '$LATEST', errorType, timings, kind } = ended
  return (
    (errorType === undefined ? MARK.succeeded : MARK.failed | textBit(errorType, MARK_ERROR)) |
    (kind === 'url' ? MARK.url : MARK.request) |
    startBit(timings?.start) |
    textBit(version, MARK_VERSION) |
    textBit(qualifier, MARK_QUALIFIER)
  )
}

function wantedMark({
  state,
  trigger,
  start,
  version,
  qualifier,
  error,
}: InvocationFilter): number {
  return (
    (state === undefined ? 0 : state === 'failed' ? MARK.failed : MARK.succeeded) |
    (trigger === undefined ? 0 : trigger === 'url' ? MARK.url : MARK.request) |
    startBit(start) |
    (version === undefined ? 0 : textBit(version, MARK_VERSION)) |
    (qualifier === undefined ? 0 : textBit(qualifier, MARK_QUALIFIER)) |
    (error === undefined ? 0 : textBit(error, MARK_ERROR))
  )
}

/** Whether a segment with that mark, `bits:second of the first`, may have what fits. */
export function mayFit(mark: string | undefined, { mark: wanted, toSecond }: RowTest): boolean {
  if (mark === undefined) return true
  const [bits, second] = mark.split(':').map(Number)
  if (((bits ?? 0) & wanted) !== wanted) return false
  return (second ?? 0) - TAKES_SECONDS_MAX <= toSecond
}

/** A filter as it is held against rows. */
export interface RowTest {
  fromSecond: number
  toSecond: number
  /** Of the two words behind the time: bits that count, and what they are to be. */
  mask: [number, number]
  wanted: [number, number]
  /** Bits that the mark of a segment must have. */
  mark: number
}

/** Undefined where no synchronous invocation that has ended can fit. */
export function rowTest(filter: InvocationFilter): RowTest | undefined {
  const { state, type, trigger, start, version, qualifier, error } = filter
  const { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER } = filter
  if (type === 'Event') return undefined
  if (state !== undefined && state !== 'failed' && state !== 'succeeded') return undefined
  if (trigger !== undefined && trigger !== 'request' && trigger !== 'url') return undefined
  const test: RowTest = {
    fromSecond: Math.floor(fromMs / 1000),
    toSecond: Math.floor(toMs / 1000),
    mask: [0, 0],
    wanted: [0, 0],
    mark: wantedMark(filter),
  }
  const want = (word: 0 | 1, mask: number, bits: number) => {
    test.mask[word] |= mask
    test.wanted[word] |= bits
  }
  if (state) want(0, FAILED, state === 'failed' ? FAILED : 0)
  if (trigger) want(0, URL, trigger === 'url' ? URL : 0)
  if (start) want(0, START_MASK, (STARTS.indexOf(start) + 1) << START_SHIFT)
  if (version !== undefined) want(0, VERSION_MASK, sum(version) << VERSION_SHIFT)
  if (error !== undefined) want(1, ERROR_MASK, sum(error))
  if (qualifier !== undefined) want(1, QUALIFIER_MASK, sum(qualifier) << QUALIFIER_SHIFT)
  return test
}

export interface RowsFound {
  /** Indexes of those that fit, the last of the segment first. */
  indexes: number[]
  /** Nothing in older segments can be young enough. */
  isPast: boolean
}

/** Those of a segment's rows that fit, before the index `end`. */
export function findRows(rows: Buffer, test: RowTest, end = Number.POSITIVE_INFINITY): RowsFound {
  const count = Math.floor(rows.length / ROW_BYTES)
  const words = wordsOf(rows, count)
  const { fromSecond, toSecond, mask, wanted } = test
  const [mask0, mask1] = mask
  const [wanted0, wanted1] = wanted
  const indexes: number[] = []
  let newest = 0
  for (let index = Math.min(count, end) - 1; index >= 0; index -= 1) {
    const at = index * WORDS
    const second = (words[at] as number) >>> 0
    if (second > newest) newest = second
    if (second < fromSecond || second > toSecond) continue
    if (((words[at + 1] as number) & mask0) !== wanted0) continue
    if (((words[at + 2] as number) & mask1) === wanted1) indexes.push(index)
  }
  return { indexes, isPast: newest > 0 && newest + TAKES_SECONDS_MAX < fromSecond }
}

/** Bytes come from anywhere in a larger buffer; words must lie at multiples of four. */
function wordsOf(rows: Buffer, count: number): Int32Array {
  const bytes = count * ROW_BYTES
  if (rows.byteOffset % 4 === 0) {
    return new Int32Array(rows.buffer as ArrayBuffer, rows.byteOffset, count * WORDS)
  }
  const copy = new Uint8Array(bytes)
  copy.set(rows.subarray(0, bytes))
  return new Int32Array(copy.buffer, 0, count * WORDS)
}

/** 16 bits of FNV-1a, never 0. */
function sum(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return (hash >>> 16) ^ (hash & 0xffff) || 1
}
