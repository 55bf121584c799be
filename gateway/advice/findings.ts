import {
  HEADROOM,
  INVOCATIONS_MIN,
  MEMORY_MB_MAX,
  type MemoryAdvice,
  neededMb,
  usedAtMost,
} from './memory-advice.ts'
import { type SizeStatistics, total } from './size-statistics.ts'

export const FINDINGS = [
  'too-few-invocations',
  'out-of-memory',
  'memory-near-limit',
  'memory-above-use',
  'timed-out',
  'timeout-near-limit',
  'timeout-far-above-use',
  'provisioned-unused',
] as const

/** Something to do about a function: what was seen, and the remedy. */
export interface Finding {
  code: (typeof FINDINGS)[number]
  message: string
  remedy: string
}

/** Provisioned concurrency of a version or an alias, and invocations that its sandboxes have had. */
export interface ProvisionedUse {
  qualifier: string
  setAt: Date
  invocations: number
}

export interface Seen {
  now: Date
  memoryMb: number
  timeoutSeconds: number
  sizes: readonly SizeStatistics[]
  advice: MemoryAdvice | undefined
  provisioned: readonly ProvisionedUse[]
}

/** So much of the timeout is near it. */
const NEAR = 0.8
/** An invocation that was ended by a timeout has taken all of it, by two clocks. */
const AT = 0.95
/** A timeout of so many times the longest run ends nothing that goes wrong in time. */
const FAR = 10
/** And one of so few seconds harms nobody. */
const SHORT_SECONDS = 10
/** What it is advised to be: room for a run of three times the longest. */
const ROOM = 3
/** Lambda's default and its most, in seconds. */
const TIMEOUT_SECONDS_DEFAULT = 3
const TIMEOUT_SECONDS_MAX = 900
/** Provisioned concurrency that nothing has used for so long is unused. */
const UNUSED_MS = 24 * 3600_000

/** What there is to do, the most urgent first. */
export function findingsOf(seen: Seen): Finding[] {
  const notEnough = outOfMemory(seen)
  return [
    ...tooFew(seen),
    ...notEnough,
    ...(notEnough.length === 0 ? memory(seen) : []),
    ...timeouts(seen),
    ...unused(seen),
  ]
}

function tooFew({ sizes }: Seen): Finding[] {
  const invocations = total(sizes, 'invocations')
  if (sizes.some((size) => size.invocations >= INVOCATIONS_MIN)) return []
  const message = `${invocations} invocations were seen, and advice needs ${INVOCATIONS_MIN} with one memory size`
  return [{ code: 'too-few-invocations', message, remedy: 'Look again when there were more.' }]
}

/** In the size that it has now, or a larger one: smaller ones are past. */
function outOfMemory({ sizes, memoryMb }: Seen): Finding[] {
  const ended = sizes.filter((size) => size.memoryMb >= memoryMb && size.outOfMemory > 0)
  return ended.map((size) => ({
    code: 'out-of-memory',
    message: `${size.outOfMemory} of ${size.invocations} invocations with ${size.memoryMb} MB ran out of memory`,
    remedy: `${orMoreMemory(sizes, size)} the function hold less at once; what lies in /tmp counts.`,
  }))
}

function orMoreMemory(sizes: readonly SizeStatistics[], { memoryMb }: SizeStatistics): string {
  return memoryMb < MEMORY_MB_MAX ? `Raise memoryMb to ${neededMb(sizes)}, or let` : 'Let'
}

function memory({ sizes, memoryMb, advice }: Seen): Finding[] {
  if (!advice) return []
  const used = usedAtMost(sizes) ?? 0
  if (used * HEADROOM > memoryMb && memoryMb < MEMORY_MB_MAX) {
    const message = `Up to ${used} MB were used, and the function has ${memoryMb}`
    const remedy = `Raise memoryMb to ${neededMb(sizes)}.`
    return [{ code: 'memory-near-limit', message, remedy }]
  }
  if (advice.memoryMb >= memoryMb) return []
  return [
    {
      code: 'memory-above-use',
      message: `Of ${memoryMb} MB at most ${used} were used`,
      remedy:
        `Set memoryMb to ${advice.memoryMb}, and look again at the durations: the share of the CPU shrinks ` +
        'with it. What lies in /tmp, and what child processes use, was not seen.',
    },
  ]
}

function timeouts({ sizes, timeoutSeconds }: Seen): Finding[] {
  const invocations = total(sizes, 'invocations')
  if (invocations === 0) return []
  const timedOut = total(sizes, 'timeouts')
  const longest = longestSeconds(sizes, 'max')
  // Timeouts that were shorter than today's are past.
  if (timedOut > 0 && longest >= AT * timeoutSeconds) {
    const message = `${timedOut} of ${invocations} invocations timed out`
    return [{ code: 'timed-out', message, remedy: raised(timeoutSeconds) }]
  }
  if (invocations < INVOCATIONS_MIN) return []
  const p99 = longestSeconds(sizes, 'p99')
  if (p99 >= NEAR * timeoutSeconds) {
    const message = `One invocation in a hundred took about ${shown(p99)} s or more, of ${timeoutSeconds} s that it may take`
    return [{ code: 'timeout-near-limit', message, remedy: raised(timeoutSeconds) }]
  }
  const enough = Math.max(TIMEOUT_SECONDS_DEFAULT, Math.ceil(longest * ROOM))
  if (timeoutSeconds <= Math.max(FAR * longest, SHORT_SECONDS, enough)) return []
  return [
    {
      code: 'timeout-far-above-use',
      message: `No invocation took longer than ${shown(longest)} s, of ${timeoutSeconds} s that it may take`,
      remedy: `Set timeoutSeconds to ${enough}: one that hangs holds its sandbox, and its caller, for all of it.`,
    },
  ]
}

function unused({ provisioned, now }: Seen): Finding[] {
  return provisioned
    .filter((one) => one.invocations === 0 && now.getTime() - one.setAt.getTime() >= UNUSED_MS)
    .map(({ qualifier }) => ({
      code: 'provisioned-unused',
      message: `No invocation was seen in the sandboxes that are kept ready for "${qualifier}"`,
      remedy: `Delete its provisioned concurrency, or call the function with the qualifier ${qualifier}.`,
    }))
}

function longestSeconds(sizes: readonly SizeStatistics[], of: 'max' | 'p99'): number {
  return Math.max(...sizes.map(({ durationMs }) => durationMs[of])) / 1000
}

function raised(timeoutSeconds: number): string {
  return timeoutSeconds < TIMEOUT_SECONDS_MAX
    ? `Raise timeoutSeconds (${TIMEOUT_SECONDS_MAX} at most), or do less in one invocation.`
    : 'Do less in one invocation.'
}

function shown(seconds: number): string {
  return String(Number(seconds.toPrecision(2)))
}
