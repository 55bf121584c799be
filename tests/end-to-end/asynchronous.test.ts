import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Invocation } from '../../core/invocations/invocation.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { rest } from '../fixtures/rest.ts'

const platform = await startPlatform({ RETRY_DELAY_SECONDS: '1' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const ECHO = 'export const handler = async (event) => event'

t.test('asynchronous invocations are listed by state and in pages, and taken back', async (t) => {
  await functions.create('later', ECHO, { reservedConcurrency: 0 })
  const ids: string[] = []
  for (let n = 0; n < 7; n += 1) ids.push(await functions.accept('later', { n }))
  const list = `${platform.url}/functions/later/invocations`
  interface Page {
    invocations: Invocation[]
    cursor?: string
  }
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const query = `state=queued&limit=3${cursor ? `&cursor=${cursor}` : ''}`
    const { body } = await rest<Page>(`${list}?${query}`)
    t.ok(body.invocations.length <= 3)
    seen.push(...body.invocations.map(({ id }) => id))
    cursor = body.cursor
  } while (cursor)
  t.same(seen, ids.toReversed(), 'newest first, each once')
  const { body: none } = await rest<Page>(`${list}?state=succeeded`)
  t.same(none.invocations, [])
  t.match(await functions.look(ids[0] ?? ''), {
    id: ids[0],
    functionName: 'later',
    version: '$LATEST',
    type: 'Event',
    state: 'queued',
    cause: { kind: 'request' },
    createdAt: /^\d{4}-.*Z$/,
  })
  const one = `${platform.url}/invocations/${ids[1]}`
  t.match(await rest(one, { method: 'DELETE' }), { status: 200, body: { state: 'cancelled' } })
  t.match(await rest(one, { method: 'DELETE' }), {
    status: 409,
    body: { error: { code: 'InvocationNotCancellable', message: /is cancelled/ } },
  })
  const change = { method: 'PATCH', body: { reservedConcurrency: 2 } }
  t.equal((await rest(`${platform.url}/functions/later`, change)).status, 200)
  for (const [n, id] of ids.entries()) {
    const wanted = n === 1 ? { state: 'cancelled' } : { state: 'succeeded', result: { n } }
    t.match(await functions.ended(id), wanted)
  }
  t.equal((await rest<Page>(`${list}?state=succeeded`)).body.invocations.length, 6)
  t.match(await rest(`${platform.url}/invocations/${ids[0]}`, { method: 'DELETE' }), {
    status: 409,
    body: { error: { message: /is succeeded/ } },
  })
})

t.test('a large event and its result are kept beside the record, also over a kill', async (t) => {
  await functions.create('large', ECHO, { reservedConcurrency: 0 })
  const event = { text: 'ü'.repeat(450_000) }
  const id = await functions.accept('large', event)
  const folder = join(platform.dataDir, 'payloads', id.slice(0, 2))
  t.same(await readdir(folder), [`${id}.event`])
  await platform.kill()
  await platform.start()
  const change = { method: 'PATCH', body: { reservedConcurrency: null } }
  t.equal((await rest(`${platform.url}/functions/large`, change)).status, 200)
  t.match(await functions.ended(id), { state: 'succeeded', result: event })
})

t.test('what a handler throws is tried twice more, and told in the end', async (t) => {
  await functions.create(
    'failing',
    'export const handler = async () => { console.log("tried"); throw new TypeError("not today") }',
  )
  await functions.create(
    'recovering',
    `let calls = 0
     export const handler = async () => { calls += 1; if (calls < 3) throw new Error('not yet'); return calls }`,
    { reservedConcurrency: 1 },
  )
  const [failing, recovering] = await Promise.all([
    functions.accept('failing'),
    functions.accept('recovering'),
  ])
  const end = await functions.ended(failing)
  t.match(end, {
    state: 'failed',
    error: { errorType: 'TypeError', errorMessage: 'not today' },
    endedAt: /Z$/,
  })
  t.equal(end.attempts.length, 3)
  const times = end.attempts.map(({ startedAt, endedAt = '' }) =>
    [startedAt, endedAt].map(Date.parse),
  )
  for (const [n, attempt] of end.attempts.entries()) {
    t.match(attempt, { outcome: 'functionError', errorType: 'TypeError', node: /\w/ })
    const [start = 0, over = 0] = times[n] ?? []
    t.ok(over >= start)
    const before = times[n - 1]?.[1]
    if (before !== undefined) t.ok(start - before >= n * 1000 - 100, 'each wait is longer')
  }
  t.match(await functions.ended(recovering), {
    state: 'succeeded',
    result: 3,
    attempts: [
      { outcome: 'functionError' },
      { outcome: 'functionError' },
      { outcome: 'succeeded' },
    ],
  })
  const { body } = await rest<{ lines: { text: string; invocationId: string }[] }>(
    `${platform.url}/functions/failing/logs?invocation=${failing}`,
  )
  t.equal(body.lines.filter(({ text }) => /tried/.test(text)).length, 3, 'one id for all attempts')
})
