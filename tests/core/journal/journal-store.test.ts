import t from 'tap'
import { FunctionStore } from '../../../core/functions/function-store.ts'
import type { InvocationFilter } from '../../../core/invocations/invocation-filter.ts'
import type { ShownInvocation } from '../../../core/invocations/shown-invocation.ts'
import { noTimings } from '../../../core/invocations/timings.ts'
import type { EndedRecord } from '../../../core/journal/ended-invocation.ts'
import { JournalStore } from '../../../core/journal/journal-store.ts'
import { addEnded, allPages, createFunction, endedRecord } from '../../fixtures/journal.ts'
import { startRedis } from '../../fixtures/redis.ts'
import { eventually } from '../../fixtures/rest.ts'

const server = await startRedis()
t.teardown(() => server.stop())
const { redis } = server

t.beforeEach(async () => {
  await redis.flushall()
  for (const name of ['f', 'g', 'h']) await createFunction(redis, name)
})

const idsOf = (all: readonly { id: string }[]) => all.map(({ id }) => id)
const times = (count: number, fields: (n: number) => Partial<EndedRecord> = () => ({})) =>
  Array.from({ length: count }, (_, n) => endedRecord(fields(n)))

t.test('what has ended is found by its id and in its function’s list, as it was', async (t) => {
  const journal = new JournalStore(redis)
  const failed = endedRecord({
    qualifier: 'live',
    version: '7',
    kind: 'url',
    depth: 2,
    durationMs: 12.345678,
    timings: { ...noTimings(), handlerMs: 12.345678, initMs: 3, start: 'generic', why: 'none ran' },
    errorType: 'TypeError',
    errorMessage: 'x is not a function',
    bodies: { event: '{"a":1}' },
  })
  addEnded(journal, [failed])
  const expected = {
    id: failed.id,
    functionName: 'f',
    qualifier: 'live',
    version: '7',
    type: 'RequestResponse',
    state: 'failed',
    cause: { kind: 'url', depth: 2 },
    createdAt: new Date(failed.createdAtMs).toISOString(),
    endedAt: new Date(failed.endedAtMs).toISOString(),
    durationMs: 12.346,
    memoryMb: 60,
    start: 'generic',
    timings: {
      queueMs: 0,
      acquireMs: 0,
      codeMs: 0,
      initMs: 3,
      handlerMs: 12.346,
      responseMs: 0,
      start: 'generic',
      why: 'none ran',
    },
    errorType: 'TypeError',
    errorMessage: 'x is not a function',
  }
  t.strictSame(await journal.find(failed.id), { ...expected, bodies: { event: '{"a":1}' } })
  t.strictSame(await allPages(journal, { functionName: 'f' }), [expected])
  t.strictSame(await allPages(journal, {}), [expected])
  t.strictSame(await allPages(journal, { functionName: 'g' }), [])
  t.equal(await journal.find('another'), undefined)
})

t.test('of a function that is not there nothing is kept, of others all is', async (t) => {
  const journal = new JournalStore(redis)
  const records = times(6, (n) => ({ functionName: n % 2 ? 'gone' : 'f' }))
  addEnded(journal, records)
  const kept = records.filter(({ functionName }) => functionName === 'f')
  t.strictSame(idsOf(await allPages(journal, {})), idsOf(kept).reverse())
  t.equal(await journal.find(records[1]?.id ?? ''), undefined)
})

t.test(
  'pages have neither a gap nor a double, over segments and while new ones come',
  async (t) => {
    const journal = new JournalStore(redis, { count: 300 })
    const records = times(250, (n) => ({ functionName: n % 3 ? 'f' : 'g' }))
    addEnded(journal, records)
    for (const filter of [{}, { functionName: 'f' }]) {
      const expected = records.filter(
        ({ functionName }) => functionName === (filter.functionName ?? functionName),
      )
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await journal.page({ filter, limit: 7, ...(cursor && { cursor }) })
        seen.push(...page.found.map(({ invocation }) => invocation.id))
        cursor = page.cursor
        addEnded(journal, [endedRecord({ functionName: 'f' })])
      } while (cursor)
      t.strictSame(seen.slice(-expected.length), idsOf(expected).reverse())
      t.equal(new Set(seen).size, seen.length)
      await journal.writer.flush()
    }
  },
)

t.test('several schedulers write one journal', async (t) => {
  const [one, other] = [new JournalStore(redis), new JournalStore(redis)]
  const records = times(40)
  addEnded(one, records.slice(0, 20))
  addEnded(other, records.slice(20))
  await Promise.all([one.writer.flush(), other.writer.flush()])
  t.strictSame(idsOf(await allPages(one, { functionName: 'f' })).sort(), idsOf(records).sort())
})

const HOUR = 3600_000
const START = Date.now() - 5 * HOUR

/** One of each kind, an hour apart, made for the table below. */
const KINDS: Record<string, Partial<EndedRecord>> = {
  plain: {},
  version: { version: '3', qualifier: '3' },
  alias: { version: '3', qualifier: 'live' },
  url: { kind: 'url' },
  cold: { timings: { ...noTimings(), start: 'new' } },
  thrown: { errorType: 'Error', errorMessage: 'no' },
  refused: { errorType: 'TooManyRequests', timings: undefined, durationMs: undefined },
  other: { functionName: 'g', version: '3', errorType: 'Error' },
}

const TABLE: [filter: InvocationFilter, expected: string][] = [
  [{}, 'other refused thrown cold url alias version plain'],
  [{ functionName: 'f' }, 'refused thrown cold url alias version plain'],
  [{ version: '3' }, 'other alias version'],
  [{ version: '3', functionName: 'f' }, 'alias version'],
  [{ version: '4' }, ''],
  [{ qualifier: 'live' }, 'alias'],
  [{ qualifier: '$LATEST', state: 'succeeded' }, 'cold url plain'],
  [{ state: 'failed' }, 'other refused thrown'],
  [{ state: 'succeeded', functionName: 'f' }, 'cold url alias version plain'],
  [{ state: 'queued' }, ''],
  [{ type: 'Event' }, ''],
  [{ type: 'RequestResponse', error: 'Error' }, 'other thrown'],
  [{ error: 'TooManyRequests' }, 'refused'],
  [{ error: 'Error', version: '3' }, 'other'],
  [{ trigger: 'url' }, 'url'],
  [{ trigger: 'object' }, ''],
  [{ start: 'new' }, 'cold'],
  [{ start: 'warm', state: 'failed' }, 'other thrown'],
  [{ fromMs: START + 2 * HOUR }, 'other refused thrown cold url'],
  [{ toMs: START + 1 * HOUR }, 'version plain'],
  [{ fromMs: START + HOUR, toMs: START + 2 * HOUR, version: '3' }, 'alias version'],
]

t.test('a filter leaves what it names, whatever they are put together of', async (t) => {
  const journal = new JournalStore(redis)
  const names = new Map<string, string>()
  const records = Object.entries(KINDS).map(([name, fields], n) => {
    const record = endedRecord({
      createdAtMs: START + (n * HOUR) / 2 + (n > 0 ? HOUR / 2 : 0),
      ...fields,
    })
    names.set(record.id, name)
    return record
  })
  addEnded(journal, records)
  const namesOf = (all: ShownInvocation[]) => all.map(({ id }) => names.get(id)).join(' ')
  for (const [filter, expected] of TABLE) {
    t.equal(namesOf(await allPages(journal, filter, 2)), expected, JSON.stringify(filter))
  }
})

t.test('a function keeps as many as its limit, and less than a tenth more', async (t) => {
  const journal = new JournalStore(redis, { count: 100 })
  const records = times(1000)
  addEnded(journal, records)
  const quiet = endedRecord({ functionName: 'g' })
  addEnded(journal, [quiet])
  const kept = await allPages(journal, { functionName: 'f' })
  t.ok(kept.length >= 100 && kept.length < 110, `${kept.length} are kept`)
  t.strictSame(idsOf(kept), idsOf(records).reverse().slice(0, kept.length), 'the last ones')
  t.equal(await journal.find(records[0]?.id ?? ''), undefined, 'nor is the id of another known')
  t.match(await journal.find(records[999]?.id ?? ''), { functionName: 'f' })
  t.strictSame(
    idsOf(await allPages(journal, { functionName: 'g' })),
    [quiet.id],
    'others lose nothing',
  )
  t.strictSame(idsOf(await allPages(journal, {})), idsOf([quiet, ...kept]))
})

t.test('all functions together keep no more than their limit, and the oldest go', async (t) => {
  const journal = new JournalStore(redis, { allCount: 100 })
  const records = times(400, (n) => ({ functionName: ['f', 'g', 'h'][n % 3] ?? 'f' }))
  for (let at = 0; at < 400; at += 20) {
    addEnded(journal, records.slice(at, at + 20))
    await journal.writer.flush()
  }
  await journal.sweep()
  const kept = await allPages(journal, {})
  t.ok(kept.length <= 100 && kept.length > 50, `${kept.length} are kept`)
  t.match(await journal.find(records[399]?.id ?? ''), { id: records[399]?.id })
  t.equal(await journal.find(records[0]?.id ?? ''), undefined)
})

t.test('bodies count, and go with what they belong to', async (t) => {
  const journal = new JournalStore(redis, { bytes: 100_000 })
  const event = JSON.stringify('x'.repeat(1000))
  const records = times(400, () => ({ bodies: { event } }))
  for (let at = 0; at < 400; at += 10) {
    addEnded(journal, records.slice(at, at + 10))
    await journal.writer.flush()
  }
  const kept = await allPages(journal, { functionName: 'f' })
  t.ok(kept.length > 60 && kept.length < 100, `${kept.length} are kept`)
  t.match(await journal.find(records[399]?.id ?? ''), { bodies: { event } })
  const bodies = await redis.keys('hearth:journal-bodies:*')
  t.ok(bodies.length <= 10, `${bodies.length} segments have bodies`)
})

t.test('what is too old is not shown, and is dropped by the sweep', async (t) => {
  const [patient, journal] = [new JournalStore(redis), new JournalStore(redis, { ageMs: 60_000 })]
  const old = endedRecord({ createdAtMs: Date.now() - 61_000 })
  addEnded(patient, [old])
  t.match(await patient.find(old.id), { id: old.id })
  t.equal(await journal.find(old.id), undefined)
  t.strictSame(await allPages(journal, {}), [])
  const brief = new JournalStore(redis, { ageMs: 1 })
  await eventually('the sweep has dropped it', async () => {
    await brief.sweep()
    return (await redis.keys('hearth:journal*')).join() === 'hearth:journal-totals' || undefined
  })
  t.equal(await patient.find(old.id), undefined)
  t.strictSame(await redis.hgetall('hearth:journal-totals'), { count: '0', bytes: '0' })
})

t.test(
  'a function that is deleted takes its records along, and one of its name begins anew',
  async (t) => {
    const journal = new JournalStore(redis, { count: 100 })
    const records = times(120, () => ({ bodies: { event: '1' } }))
    addEnded(journal, [...records, endedRecord({ functionName: 'g' })])
    await journal.writer.flush()
    await journal.delete('f')
    t.strictSame(await allPages(journal, { functionName: 'f' }), [])
    t.equal((await allPages(journal, {})).length, 1)
    t.equal(await journal.find(records[119]?.id ?? ''), undefined)
    t.strictSame(await redis.keys('hearth:journal*:f:*'), [])
    t.equal(await redis.exists('hearth:journal:f'), 0)
    const next = endedRecord()
    addEnded(journal, [next])
    t.strictSame(idsOf(await allPages(journal, { functionName: 'f' })), [next.id])
    t.equal((await allPages(journal, {})).length, 2)
  },
)

t.test('what a function left is not put down to the next one of its name', async (t) => {
  const [journal, another] = [new JournalStore(redis), new JournalStore(redis)]
  const late = endedRecord({ bodies: { event: '1' } })
  addEnded(journal, [late])
  await new FunctionStore(redis).delete('f')
  await another.delete('f')
  const functionCreatedAt = '2001-01-01T00:00:00.000Z'
  await createFunction(redis, 'f', functionCreatedAt)
  const next = endedRecord({ functionCreatedAt })
  addEnded(journal, [next, endedRecord({ functionName: 'g' })])
  t.strictSame(idsOf(await allPages(journal, { functionName: 'f' })), [next.id])
  t.equal((await allPages(journal, {})).length, 2)
  t.equal(await journal.find(late.id), undefined)
})

t.test('a cursor that is none begins nowhere', async (t) => {
  const journal = new JournalStore(redis)
  addEnded(journal, times(3))
  for (const cursor of ['x', 'x.y', '0.0', '99', '-1.-1']) {
    t.strictSame((await journal.page({ filter: {}, limit: 5, cursor })).found, [], cursor)
  }
})
