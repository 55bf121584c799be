import { isTooDeep } from '../json-depth.ts'

/** Ascending. */
export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What a line says of itself. */
export interface LineStructure {
  level?: LogLevel
  data?: Record<string, unknown>
}

/** `time \t request id \t LEVEL \t text`, as the runtime's console writes its records. */
const RECORD = /^[^\t\n]{1,40}\t[^\t\n]{1,64}\t([A-Z]{4,5})\t/
/** What the platform writes of an invocation that did not come to its end. */
const FAILURE =
  /^(?:RequestId: \S+ Error: |[0-9A-Za-z-]{1,64} Task timed out after |REPORT .*\tStatus: (?:error|timeout))/

/** Members that loggers put the level in: Powertools and Lambda's own format, pino, Google, Serilog. */
const LEVEL_MEMBERS = ['level', 'severity', 'levelname', 'log_level', 'logLevel'] as const

const OTHER_NAMES: Readonly<Record<string, LogLevel>> = {
  SILLY: 'TRACE',
  VERBOSE: 'DEBUG',
  INFORMATION: 'INFO',
  NOTICE: 'INFO',
  LOG: 'INFO',
  WARNING: 'WARN',
  ERR: 'ERROR',
  CRITICAL: 'FATAL',
  ALERT: 'FATAL',
  EMERGENCY: 'FATAL',
}

const KNOWN: ReadonlySet<string> = new Set(LOG_LEVELS)

/** pino and bunyan: 10 is trace, 60 is fatal. */
const NUMBER_STEP = 10

/** Reads level and data of a line; a text that is neither a record nor a JSON object has none. */
export function structureOf(text: string): LineStructure {
  const record = RECORD.exec(text)
  const written = record ? levelOf(record[1]) : undefined
  const data = objectIn(record ? text.slice(record[0].length) : text)
  const level = (data && levelIn(data)) ?? written ?? (FAILURE.test(text) ? 'ERROR' : undefined)
  return { ...(level !== undefined && { level }), ...(data !== undefined && { data }) }
}

/** Whether a line of that level is at least as grave; one that says nothing counts as INFO. */
export function isAtLeast(level: LogLevel | undefined, minimum: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level ?? 'INFO') >= LOG_LEVELS.indexOf(minimum)
}

function objectIn(text: string): Record<string, unknown> | undefined {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined
  // Whoever shows it would fail on it.
  if (isTooDeep(Buffer.from(trimmed))) return undefined
  try {
    return JSON.parse(trimmed)
  } catch {
    return undefined // It only looks like JSON, as what `util.inspect` prints does.
  }
}

function levelIn(data: Record<string, unknown>): LogLevel | undefined {
  for (const member of LEVEL_MEMBERS) {
    const level = Object.hasOwn(data, member) ? levelOf(data[member]) : undefined
    if (level) return level
  }
  return undefined
}

function levelOf(value: unknown): LogLevel | undefined {
  if (typeof value === 'number') return LOG_LEVELS[Math.floor(value / NUMBER_STEP) - 1]
  if (typeof value !== 'string') return undefined
  const name = value.toUpperCase()
  if (KNOWN.has(name)) return name as LogLevel
  return Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : undefined
}
