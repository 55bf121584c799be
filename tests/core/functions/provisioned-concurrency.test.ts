import t from 'tap'
import {
  checkProvisioned,
  mostWanted,
  wantedAt,
  windowStateAt,
} from '../../../core/functions/provisioned-concurrency.ts'

const at = (text: string) => new Date(text)
const workdays = { schedule: 'cron(0 8 ? * MON-FRI *)', durationMinutes: 600, count: 5 }
const berlin = { ...workdays, timezone: 'Europe/Berlin' }
const lunch = { schedule: 'cron(30 11 * * ? *)', durationMinutes: 120, count: 9 }
const always = { schedule: 'cron(0 * * * ? *)', durationMinutes: 61, count: 3 }

t.test('what is wanted is the largest of the count and of the windows that are open', async (t) => {
  const cases: [string, Parameters<typeof wantedAt>[0], number][] = [
    ['2026-01-31T12:00:00Z', { requested: 2 }, 2],
    ['2026-01-31T12:00:00Z', { requested: 2, windows: [] }, 2],
    // A Friday.
    ['2026-01-30T07:59:59.999Z', { requested: 0, windows: [workdays] }, 0],
    ['2026-01-30T08:00:00Z', { requested: 0, windows: [workdays] }, 5],
    ['2026-01-30T17:59:59.999Z', { requested: 0, windows: [workdays] }, 5],
    ['2026-01-30T18:00:00Z', { requested: 0, windows: [workdays] }, 0],
    ['2026-01-31T12:00:00Z', { requested: 0, windows: [workdays] }, 0],
    ['2026-01-30T12:00:00Z', { requested: 7, windows: [workdays] }, 7],
    ['2026-01-30T12:00:00Z', { requested: 1, windows: [workdays, lunch] }, 9],
    ['2026-01-30T14:00:00Z', { requested: 1, windows: [lunch, workdays] }, 5],
    // In winter Berlin is an hour ahead, in summer two.
    ['2026-01-30T07:00:00Z', { requested: 1, windows: [berlin] }, 5],
    ['2026-01-30T06:59:00Z', { requested: 1, windows: [berlin] }, 1],
    ['2026-07-31T06:00:00Z', { requested: 1, windows: [berlin] }, 5],
    ['2026-07-31T16:00:00Z', { requested: 1, windows: [berlin] }, 1],
    // One that opens again before it closes stays open.
    ['2026-01-30T12:00:00Z', { requested: 0, windows: [always] }, 3],
    ['2026-01-30T12:59:59Z', { requested: 0, windows: [always] }, 3],
  ]
  for (const [time, wanted, count] of cases) {
    t.equal(wantedAt(wanted, at(time)), count, `${time} ${JSON.stringify(wanted)}`)
  }
  t.equal(mostWanted({ requested: 4, windows: [workdays, lunch] }), 9)
  t.equal(mostWanted({ requested: 4 }), 4)
})

t.test('a window is as long as it says when clocks are changed while it is open', async (t) => {
  const night = { schedule: 'cron(0 22 * * ? *)', durationMinutes: 600, count: 1 }
  const windows = [{ ...night, timezone: 'Europe/Berlin' }]
  const open = (time: string) => wantedAt({ requested: 0, windows }, at(time)) === 1
  // Berlin, the night of 2026-03-29: from 21:00Z on, ten hours.
  t.strictSame(['2026-03-28T20:59:00Z', '2026-03-28T21:00:00Z'].map(open), [false, true])
  t.strictSame(['2026-03-29T06:59:00Z', '2026-03-29T07:00:00Z'].map(open), [true, false])
  // The night of 2026-10-25: from 20:00Z on.
  t.strictSame(['2026-10-24T19:59:00Z', '2026-10-24T20:00:00Z'].map(open), [false, true])
  t.strictSame(['2026-10-25T05:59:00Z', '2026-10-25T06:00:00Z'].map(open), [true, false])
})

t.test(
  'a local time that clocks skip opens nothing, one that they repeat opens once',
  async (t) => {
    const window = {
      schedule: 'cron(30 2 * * ? *)',
      timezone: 'Europe/Berlin',
      durationMinutes: 20,
      count: 1,
    }
    const openAt = (time: string) => windowStateAt(window, at(time)).nextOpensAt?.toISOString()
    t.equal(openAt('2026-03-28T12:00:00Z'), '2026-03-30T00:30:00.000Z')
    t.equal(openAt('2026-10-24T12:00:00Z'), '2026-10-25T00:30:00.000Z')
    t.equal(openAt('2026-10-25T00:30:00Z'), '2026-10-26T01:30:00.000Z')
    t.notOk(windowStateAt(window, at('2026-10-25T01:35:00Z')).isOpen)
  },
)

t.test('a window tells whether it is open, until when, and when it opens next', async (t) => {
  const seen = (window: typeof workdays & { timezone?: string }, time: string) => {
    const { isOpen, closesAt, nextOpensAt } = windowStateAt(window, at(time))
    return [isOpen, closesAt?.toISOString(), nextOpensAt?.toISOString()]
  }
  const next = '2026-02-02T08:00:00.000Z'
  t.strictSame(seen(workdays, '2026-01-30T09:17:33Z'), [true, '2026-01-30T18:00:00.000Z', next])
  t.strictSame(seen(workdays, '2026-01-30T18:00:00Z'), [false, undefined, next])
  t.strictSame(seen(workdays, '2026-02-02T07:59:59Z'), [false, undefined, next])
  // It opened a second time before it closed: that one counts.
  t.strictSame(seen(always, '2026-01-30T12:00:30Z'), [
    true,
    '2026-01-30T13:01:00.000Z',
    '2026-01-30T13:00:00.000Z',
  ])
  const often = { schedule: 'cron(* * * * ? *)', durationMinutes: 10_080, count: 1 }
  t.strictSame(seen(often, '2026-01-30T12:00:30Z'), [
    true,
    '2026-02-06T12:00:00.000Z',
    '2026-01-30T12:01:00.000Z',
  ])
  const once = { schedule: 'cron(0 8 30 1 ? 2026)', durationMinutes: 60, count: 1 }
  t.strictSame(seen(once, '2026-01-30T08:30:00Z'), [true, '2026-01-30T09:00:00.000Z', undefined])
  t.strictSame(seen(once, '2026-01-30T09:00:00Z'), [false, undefined, undefined])
})

t.test(
  'whatever time a window was looked at before, it answers for the time that is asked',
  async (t) => {
    const times = ['08:00', '17:59', '07:59', '18:00', '12:00', '23:00', '08:01'].map((time) =>
      at(`2026-01-30T${time}:00Z`),
    )
    const seen = (windows: (typeof workdays)[]) =>
      times.map((time, index) =>
        wantedAt({ requested: 0, windows: [windows[index] ?? workdays] }, time),
      )
    t.strictSame(seen([]), seen(times.map(() => ({ ...workdays }))))
    t.strictSame(seen([]), [5, 5, 0, 0, 5, 0, 5])
  },
)

t.test('what makes no sense is refused with the reason', async (t) => {
  checkProvisioned({ requested: 1 })
  checkProvisioned({ requested: 0, windows: [workdays, berlin] })
  const refused = (wanted: Parameters<typeof checkProvisioned>[0], code: string, reason: RegExp) =>
    t.throws(() => checkProvisioned(wanted), { code, message: reason }, JSON.stringify(wanted))
  refused({ requested: 0 }, 'InvalidRequest', /0 without windows keeps nothing: raise it/)
  refused({ requested: 0, windows: [] }, 'InvalidRequest', /keeps nothing/)
  const having = (fields: object) => ({ requested: 1, windows: [{ ...workdays, ...fields }] })
  const recurring = /window "rate\(1 hour\)" has no recurring time to open at: use cron\(/
  refused(having({ schedule: 'rate(1 hour)' }), 'InvalidRequest', recurring)
  refused(having({ schedule: 'at(2199-01-01T00:00:00)' }), 'InvalidRequest', /no recurring time/)
  refused(having({ schedule: '0 8 * * *' }), 'InvalidSchedule', /neither rate/)
  refused(having({ schedule: 'cron(0 0 8 ? * MON *)' }), 'InvalidSchedule', /six fields/)
  refused(having({ schedule: 'cron(0 8 1 1 ? 2020)' }), 'InvalidSchedule', /never fires/)
  refused(having({ timezone: 'Europe/Nowhere' }), 'InvalidSchedule', /time zone "Europe\/Nowhere"/)
})
