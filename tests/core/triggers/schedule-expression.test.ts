import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import { nextTime, parseSchedule } from '../../../core/triggers/schedule-expression.ts'

t.test('a rate is its number of milliseconds', async (t) => {
  const rates: [string, number][] = [
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(24 hours)', 86_400_000],
    ['rate(1 day)', 86_400_000],
    ['rate(7 days)', 604_800_000],
  ]
  for (const [text, everyMs] of rates) t.same(parseSchedule(text), { everyMs }, text)
})

t.test('what is no schedule is refused with the reason', async (t) => {
  const wrong: [string, RegExp][] = [
    ['', /neither rate/],
    ['every day', /neither rate/],
    ['rate(5 minutes', /neither rate/],
    [' rate(5 minutes)', /neither rate/],
    ['at(2199-01-01T00:00)', /local time to the second/],
    ['at(2199-01-01T00:00:00Z)', /local time to the second/],
    ['at(2199-02-30T00:00:00)', /local time to the second/],
    ['at(2199-01-01T24:00:01)', /local time to the second/],
    ['at()', /local time to the second/],
    ['at(2026-01-01T00:00:00)', /never fires/],
    ['rate()', /whole number/],
    ['rate(5)', /whole number/],
    ['rate(5 seconds)', /whole number/],
    ['rate(-5 minutes)', /whole number/],
    ['rate(1.5 hours)', /whole number/],
    ['rate(5  minutes)', /whole number/],
    ['rate(0 minutes)', /at least 1/],
    ['rate(99999999999 days)', /at most/],
    ['rate(1 minutes)', /singular: rate\(1 minute\)/],
    ['rate(5 minute)', /plural: rate\(5 minutes\)/],
    ['cron()', /six fields/],
    ['cron(0 9 * * *)', /six fields/],
    ['cron(0 9  ? * MON-FRI *)', /six fields/],
    ['cron(0 0 9 ? * MON-FRI *)', /six fields/],
    ['cron(0 9 * * * *)', /exactly one of/],
    ['cron(0 9 ? * ? *)', /exactly one of/],
    ['cron(0 9 1 * MON *)', /exactly one of/],
    ['cron(? 9 * * ? *)', /Minutes "\?" cannot be/],
    ['cron(60 9 * * ? *)', /Minutes "60" is not within 0-59/],
    ['cron(0 24 * * ? *)', /Hours "24" is not within 0-23/],
    ['cron(0 9 32 * ? *)', /Day-of-month "32" is not within 1-31/],
    ['cron(0 9 0 * ? *)', /Day-of-month "0" is not within 1-31/],
    ['cron(0 9 * 13 ? *)', /Month "13" is not within 1-12/],
    ['cron(0 9 ? * 8 *)', /Day-of-week "8" is not within 1-7/],
    ['cron(0 9 ? * 0 *)', /Day-of-week "0" is not within 1-7/],
    ['cron(0 9 ? * FOO *)', /Day-of-week "FOO" is not within/],
    ['cron(0 9 ? * 2#6 *)', /Day-of-week "2#6"/],
    ['cron(0 9 * * ? 1969)', /Year "1969" is not within 1970-2199/],
    ['cron(0 9 * * ? 2200)', /Year "2200" is not within/],
    ['cron(*/0 9 * * ? *)', /step of 0/],
    ['cron(0/99 9 * * ? *)', /step over 59/],
    ['cron(5-1-2 9 * * ? *)', /is not a value/],
    ['cron(1,,2 9 * * ? *)', /is not a value/],
    ['cron(@daily 9 * * ? *)', /is not a value/],
    ['cron(40-20 9 * * ? *)', /range that runs backwards/],
    [`cron(${'0,'.repeat(200)}0 9 * * ? *)`, /longer than 256/],
  ]
  for (const [text, reason] of wrong) {
    t.throws(() => parseSchedule(text), { code: 'InvalidSchedule', message: reason }, text)
  }
})

t.test('a cron that never fires is refused', async (t) => {
  for (const text of [
    'cron(0 0 31 2 ? *)',
    'cron(0 0 30 FEB ? *)',
    'cron(0 0 31 4,6,9,11 ? *)',
    'cron(0 9 * * ? 2020)',
    'cron(0 0 29 2 ? 2027)',
    'cron(0 9 1 1 ? 1970-2025)',
  ]) {
    t.throws(() => parseSchedule(text), { code: 'InvalidSchedule', message: /never fires/ }, text)
  }
  t.ok(parseSchedule('cron(0 0 29 2 ? *)'), 'a leap day does come')
  t.ok(parseSchedule('cron(59 23 29 2 ? 2196)'), 'and one far away')
})

t.test('a time fires once, in its zone', async (t) => {
  const text = 'at(2199-07-01T12:00:30)'
  const utc = new Date('2199-07-01T12:00:30Z')
  const berlin = new Date('2199-07-01T10:00:30Z')
  t.same(parseSchedule(text), { at: utc })
  t.same(parseSchedule(text, 'Europe/Berlin'), { at: berlin })
  t.same(nextTime(text, 'Europe/Berlin', new Date()), berlin)
  t.same(nextTime(text, undefined, new Date(utc.getTime() - 1000)), utc)
  t.equal(nextTime(text, undefined, utc), undefined)
})

t.test('a time zone that does not exist is refused', async (t) => {
  const refuse = () => parseSchedule('cron(0 9 * * ? *)', 'Europe/Atlantis')
  t.throws(refuse, { code: 'InvalidSchedule', message: /time zone "Europe\/Atlantis"/ })
  t.throws(() => parseSchedule('rate(1 day)', 'Nowhere'), { code: 'InvalidSchedule' })
  t.ok(parseSchedule('cron(0 9 * * ? *)', 'Europe/Berlin'))
})

/** The first fires after a time, in UTC without seconds. */
function fires(
  text: string,
  { after, count, timezone }: { after: string; count: number; timezone?: string },
): string[] {
  const found: string[] = []
  let at = new Date(after)
  for (let i = 0; i < count; i++) {
    const next = nextTime(text, timezone, at)
    if (!next) break
    found.push(next.toISOString().slice(0, 16))
    at = next
  }
  return found
}

t.test('cron fires when AWS says', async (t) => {
  const table: [string, string, string[]][] = [
    ['cron(0 9 ? * MON-FRI *)', '2026-01-02T08:00Z', ['2026-01-02T09:00', '2026-01-05T09:00']],
    ['cron(0/15 * * * ? *)', '2026-01-01T00:01Z', ['2026-01-01T00:15', '2026-01-01T00:30']],
    ['cron(5/20 8 * * ? *)', '2026-01-01T08:06Z', ['2026-01-01T08:25', '2026-01-01T08:45']],
    ['cron(*/30 * * * ? *)', '2026-01-01T00:01Z', ['2026-01-01T00:30', '2026-01-01T01:00']],
    ['cron(0 10 * * ? *)', '2026-01-01T10:00Z', ['2026-01-02T10:00']],
    ['cron(15 12 ? * 1 *)', '2026-01-01T00:00Z', ['2026-01-04T12:15']],
    ['cron(0 0 ? * 7 *)', '2026-01-01T00:00Z', ['2026-01-03T00:00']],
    ['cron(0 0 ? * L *)', '2026-01-01T00:00Z', ['2026-01-03T00:00', '2026-01-10T00:00']],
    ['cron(0 0 ? * SUN,sat *)', '2026-01-01T00:00Z', ['2026-01-03T00:00', '2026-01-04T00:00']],
    ['cron(0 0 ? * 2#1 *)', '2026-01-01T00:00Z', ['2026-01-05T00:00', '2026-02-02T00:00']],
    ['cron(0 0 ? * MON#2 *)', '2026-01-01T00:00Z', ['2026-01-12T00:00']],
    ['cron(0 0 ? * 6L *)', '2026-01-01T00:00Z', ['2026-01-30T00:00', '2026-02-27T00:00']],
    ['cron(0 0 L * ? *)', '2026-01-01T00:00Z', ['2026-01-31T00:00', '2026-02-28T00:00']],
    ['cron(0 0 L 2 ? *)', '2027-03-01T00:00Z', ['2028-02-29T00:00']],
    ['cron(0 0 3W * ? *)', '2026-01-01T00:00Z', ['2026-01-02T00:00', '2026-02-03T00:00']],
    ['cron(0 0 29 2 ? *)', '2026-01-01T00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['cron(0 0 29 2 ? *)', '2096-03-01T00:00Z', ['2104-02-29T00:00']],
    ['cron(0 0 31 * ? *)', '2026-01-31T00:00Z', ['2026-03-31T00:00', '2026-05-31T00:00']],
    ['cron(0 0 1 JAN ? 2027-2028)', '2026-06-01T00:00Z', ['2027-01-01T00:00', '2028-01-01T00:00']],
    ['cron(0 18 1/10 * ? *)', '2026-01-01T19:00Z', ['2026-01-11T18:00', '2026-01-21T18:00']],
  ]
  for (const [text, after, expected] of table) {
    t.same(fires(text, { after, count: expected.length }), expected, text)
  }
  t.same(
    fires('cron(0 0 1 1 ? 2027)', { after: '2027-06-01T00:00Z', count: 1 }),
    [],
    'no fire after the last',
  )
})

t.test(
  'a local time that clocks skip does not fire, and one that they repeat fires once',
  async (t) => {
    // New York: 2026-03-08 02:00 → 03:00, and 2026-11-01 02:00 → 01:00.
    const table: [string, string, string, string[]][] = [
      [
        'cron(0 9 * * ? *)',
        'America/New_York',
        '2026-03-07T00:00Z',
        ['2026-03-07T14:00', '2026-03-08T13:00', '2026-03-09T13:00'],
      ],
      [
        'cron(0 9 * * ? *)',
        'America/New_York',
        '2026-10-31T00:00Z',
        ['2026-10-31T13:00', '2026-11-01T14:00', '2026-11-02T14:00'],
      ],
      [
        'cron(30 2 * * ? *)',
        'America/New_York',
        '2026-03-07T00:00Z',
        ['2026-03-07T07:30', '2026-03-09T06:30', '2026-03-10T06:30'],
      ],
      [
        'cron(30 1 * * ? *)',
        'America/New_York',
        '2026-10-31T00:00Z',
        ['2026-10-31T05:30', '2026-11-01T05:30', '2026-11-02T06:30'],
      ],
      [
        'cron(0 3 * * ? *)',
        'Europe/Berlin',
        '2026-03-28T00:00Z',
        ['2026-03-28T02:00', '2026-03-29T01:00', '2026-03-30T01:00'],
      ],
      [
        'cron(0 9 * * ? *)',
        'Asia/Kolkata',
        '2026-06-01T00:00Z',
        ['2026-06-01T03:30', '2026-06-02T03:30'],
      ],
    ]
    for (const [text, timezone, after, expected] of table) {
      t.same(
        fires(text, { after, count: expected.length, timezone }),
        expected,
        `${text} ${timezone} ${after}`,
      )
    }
  },
)

t.test('a rate fires its period after the time before', async (t) => {
  const found = fires('rate(5 minutes)', { after: '2026-01-01T00:01Z', count: 2 })
  t.same(found, ['2026-01-01T00:06', '2026-01-01T00:11'])
})

t.test('every schedule that is taken has a next time', async (t) => {
  const parts = [
    ['0', '59', '*', '0/7', '1-5', '1,2,3'],
    ['*', '0', '23', '*/3'],
    ['?', '*', '1', 'L', '15W', '1-7'],
    ['*', 'FEB', '1-6', '2,12'],
    ['?', '*', 'MON', '6L', '3#2', 'MON-FRI'],
    ['*', '2040', '2030-2050'],
  ]
  let taken = 0
  for (let i = 0; i < 600; i++) {
    const fields = parts.map(
      (choices, at) => choices[(i * (at + 3) + at * 7 + (i >> at)) % choices.length],
    )
    const text = `cron(${fields.join(' ')})`
    try {
      parseSchedule(text)
    } catch (error) {
      t.ok(error instanceof HearthError, text)
      continue
    }
    taken += 1
    t.ok(nextTime(text, 'Europe/Berlin', new Date()), text)
  }
  t.ok(taken > 50, `${taken} were taken`)
})

t.test('a schedule of nothing but hours that clocks skip never fires', async (t) => {
  // The second Sunday of March is when they do, each year.
  const skipped = 'cron(30 2 ? MAR 1#2 *)'
  t.throws(() => parseSchedule(skipped, 'America/New_York'), { code: 'InvalidSchedule' })
  t.ok(parseSchedule(skipped, 'UTC'))
  const everyMinute = nextTime(
    'cron(* 2 * * ? *)',
    'America/New_York',
    new Date('2026-03-08T06:59:00Z'),
  )
  t.equal(everyMinute?.toISOString(), '2026-03-09T06:00:00.000Z')
})
