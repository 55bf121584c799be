import { Cron } from 'croner'
import { HearthError } from '../errors.ts'

export type ParsedSchedule = { everyMs: number } | { cron: string } | { at: Date }

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const

/** AWS's fields in their order, with the words that stand for numbers. */
const FIELDS = [
  { name: 'Minutes', min: 0, max: 59 },
  { name: 'Hours', min: 0, max: 23 },
  { name: 'Day-of-month', min: 1, max: 31 },
  {
    name: 'Month',
    min: 1,
    max: 12,
    words: words('JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC', 1),
  },
  { name: 'Day-of-week', min: 1, max: 7, words: words('SUN MON TUE WED THU FRI SAT', 1) },
  { name: 'Year', min: 1970, max: 2199 },
] as const satisfies readonly Field[]

interface Field {
  name: string
  min: number
  max: number
  words?: ReadonlyMap<string, number>
}

const DAY_OF_MONTH = 2
const DAY_OF_WEEK = 4
const NEVER = 'it never fires'
const MAX_RATE = 1_000_000
/** Clocks skip an hour, of 60 fires; a schedule of nothing but skipped ones is given up past that. */
const SKIPPED_MAX = 120

/** A local time, to the second. */
const AT = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/

/**
 * Reads AWS's `rate(...)`, `cron(...)` or `at(...)`, which fires once. Throws InvalidSchedule with the reason, also for one that
 * never fires again.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function parseSchedule(text: string, timezone?: string): ParsedSchedule {
  const refuse = (reason: string): never => {
    throw new HearthError('InvalidSchedule', { schedule: text.slice(0, 100), reason })
  }
  if (text.length > 256) refuse('it is longer than 256 characters')
  checkTimezone(timezone, refuse)
  const rate = /^rate\((.*)\)$/s.exec(text)
  if (rate) return { everyMs: parseRate(rate[1] ?? '', refuse) }
  if (text.startsWith('at(')) return { at: parseAt(text, timezone, refuse) }
  const cron = /^cron\((.*)\)$/s.exec(text)
  if (!cron) return refuse('it is neither rate(...), cron(...) nor at(...)')
  const expression = cron[1] ?? ''
  checkCron(expression, refuse)
  if (!next(expression, timezone, new Date())) refuse(NEVER)
  return { cron: expression }
}

/** Whether a schedule is well-formed and never fires again. */
export function isOver(text: string, timezone?: string): boolean {
  try {
    parseSchedule(text, timezone)
    return false
  } catch (error) {
    return error instanceof HearthError && error.details.reason === NEVER
  }
}

/** The first fire after `after`, or undefined if there is none. Throws InvalidSchedule. */
export function nextTime(
  schedule: string,
  timezone: string | undefined,
  after: Date,
): Date | undefined {
  const cron = /^cron\((.*)\)$/s.exec(schedule)
  if (cron) return next(cron[1] ?? '', timezone, after)
  const at = AT.exec(schedule)
  if (at) return onceAfter(at[1] ?? '', timezone, after)
  const parsed = parseSchedule(schedule)
  return 'everyMs' in parsed ? new Date(after.getTime() + parsed.everyMs) : undefined
}

type Refuse = (reason: string) => never

function parseRate(text: string, refuse: Refuse): number {
  const match = /^([0-9]+) (minutes?|hours?|days?)$/.exec(text)
  if (!match) return refuse('rate takes a whole number and minute(s), hour(s) or day(s)')
  const value = Number(match[1])
  const unit = match[2] ?? ''
  if (value === 0) refuse('a rate must be at least 1')
  if (value > MAX_RATE) refuse(`a rate is at most ${MAX_RATE}`)
  const singular = unit.replace(/s$/, '') as keyof typeof UNIT_MS
  if (value === 1 && unit !== singular) refuse(`1 takes the singular: rate(1 ${singular})`)
  if (value > 1 && unit === singular) {
    refuse(`${value} takes the plural: rate(${value} ${singular}s)`)
  }
  return value * UNIT_MS[singular]
}

function parseAt(text: string, timezone: string | undefined, refuse: Refuse): Date {
  const [, local = ''] = AT.exec(text) ?? []
  const [date, time] = [local.slice(0, 10), local.slice(11)]
  // Of a day that is none (February 30th), Date makes another one.
  const utc = new Date(`${local}Z`)
  if (Number.isNaN(utc.getTime()) || utc.toISOString() !== `${date}T${time}.000Z`) {
    return refuse('at takes a local time to the second, as at(2026-01-31T09:30:00)')
  }
  return onceAfter(local, timezone, new Date()) ?? refuse(NEVER)
}

function onceAfter(local: string, timezone = 'UTC', after: Date): Date | undefined {
  return new Cron(local, { timezone, paused: true }).nextRun(after) ?? undefined
}

function checkCron(expression: string, refuse: Refuse): void {
  const parts = expression.split(' ')
  if (parts.length !== FIELDS.length || parts.includes('')) {
    refuse(
      'cron takes six fields with one space between: ' +
        'minutes, hours, day-of-month, month, day-of-week, year',
    )
  }
  for (const [i, field] of FIELDS.entries()) {
    const reason = fieldMistake(field, i, (parts[i] ?? '').toUpperCase())
    if (reason !== undefined) refuse(`${field.name} "${parts[i]}" ${reason}`)
  }
  const unset = [parts[DAY_OF_MONTH], parts[DAY_OF_WEEK]].filter((part) => part === '?').length
  if (unset !== 1) refuse('exactly one of day-of-month and day-of-week must be "?"')
}

function fieldMistake(field: Field, index: number, text: string): string | undefined {
  if (text === '*') return undefined
  if (text === '?') {
    return index === DAY_OF_MONTH || index === DAY_OF_WEEK ? undefined : 'cannot be "?"'
  }
  if (index === DAY_OF_MONTH && isSpecialDay(text)) return undefined
  if (index === DAY_OF_WEEK && isSpecialWeekday(text)) return undefined
  for (const item of text.split(',')) {
    const reason = itemMistake(field, item)
    if (reason !== undefined) return reason
  }
  return undefined
}

/** `L`: the last day. `LW`: the last weekday. `15W`: the weekday nearest to the 15th. */
function isSpecialDay(text: string): boolean {
  return text === 'L' || /^([1-9]|[12][0-9]|3[01])W$/.test(text)
}

/** `L`: Saturday. `6L`: the last Friday of the month. `2#1`: its first Monday. */
function isSpecialWeekday(text: string): boolean {
  const match = /^([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5])$/.exec(text)
  return text === 'L' || match !== null
}

function itemMistake(field: Field, item: string): string | undefined {
  const match = /^(?:(\*)|([0-9A-Z]+)(?:-([0-9A-Z]+))?)(?:\/([0-9]+))?$/.exec(item)
  if (!match) return 'is not a value, a range (1-5), a list (1,2) or a step (0/15)'
  const [, , first, last, step] = match
  for (const value of [first, last]) {
    if (value === undefined) continue
    const number = numberOf(field, value)
    if (number === undefined || number < field.min || number > field.max) {
      return `is not within ${field.min}-${field.max}`
    }
  }
  if (first !== undefined && last !== undefined) {
    const [from = 0, to = 0] = [numberOf(field, first), numberOf(field, last)]
    if (from > to) return 'is a range that runs backwards'
  }
  if (step !== undefined && Number(step) === 0) return 'has a step of 0'
  if (step !== undefined && Number(step) > field.max) return `has a step over ${field.max}`
  return undefined
}

function numberOf(field: Field, text: string): number | undefined {
  if (/^[0-9]+$/.test(text)) return Number(text)
  return field.words?.get(text)
}

function checkTimezone(timezone: string | undefined, refuse: Refuse): void {
  if (timezone === undefined) return
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch {
    refuse(`time zone "${timezone.slice(0, 50)}" is not known`)
  }
}

function next(expression: string, timezone: string | undefined, after: Date): Date | undefined {
  // croner reads AWS's own dialect when it may: steps without a range (0/15), Sunday as 1.
  const fields = expression.toUpperCase().split(' ')
  // The last day of a week is Saturday; croner knows `L` only with a weekday before it.
  if (fields[DAY_OF_WEEK] === 'L') fields[DAY_OF_WEEK] = '7'
  const job = new Cron(`0 ${fields.join(' ')}`, {
    timezone: timezone ?? 'UTC',
    sloppyRanges: true,
    alternativeWeekdays: true,
    paused: true,
  })
  let fire = job.nextRun(after)
  // A local time that clocks skip in spring is skipped, as in EventBridge; croner moves it.
  for (let skipped = 0; fire && !job.match(fire); skipped += 1) {
    if (skipped === SKIPPED_MAX) return undefined
    fire = job.nextRun(fire)
  }
  return fire ?? undefined
}

function words(list: string, first: number): ReadonlyMap<string, number> {
  return new Map(list.split(' ').map((word, i) => [word, first + i]))
}
