import { randomUUID } from 'node:crypto'
import t from 'tap'
import { InvocationStore } from '../../../core/invocations/invocation-store.ts'
import { keys } from '../../../core/keys.ts'
import { startRecords } from '../../fixtures/records.ts'

const { server, redis, turns, payloads, store, claims, cause, tokenOf, accept } =
  await startRecords(t)

t.test('an accepted event is queued and can be looked up', async (t) => {
  const { id, duplicate } = await accept('f1', '{"a":1}')
  t.equal(duplicate, false)
  const invocation = await store.read(id)
  t.match(invocation, {
    id,
    functionName: 'f1',
    state: 'queued',
    version: '$LATEST',
    type: 'Event',
  })
  t.same(invocation.attempts, [])
  t.same(invocation.cause, cause)
})

t.test('an unknown id is InvocationNotFound', async (t) => {
  await t.rejects(store.read(randomUUID()), { code: 'InvocationNotFound' })
  await t.rejects(store.cancel(randomUUID()), { code: 'InvocationNotFound' })
})

t.test('a source makes one invocation, however often it asks', async (t) => {
  const again = () =>
    store.accept({ functionName: 'f3', event: Buffer.from('{}'), cause, dedupeKey: 'object:1' })
  const answers = await Promise.all(Array.from({ length: 20 }, again))
  t.equal(new Set(answers.map(({ id }) => id)).size, 1)
  t.equal(answers.filter(({ duplicate }) => !duplicate).length, 1)
  t.equal((await store.list('f3', { limit: 10 })).invocations.length, 1)
  const ttl = await redis.ttl(keys.dedupe('object:1'))
  t.ok(ttl > 23 * 3600 && ttl <= 24 * 3600)
})

t.test('a queued invocation can be taken back, a running or final one cannot', async (t) => {
  const { id } = await accept('f5')
  t.match(await store.cancel(id), { id, state: 'cancelled' })
  await t.rejects(store.cancel(id), { code: 'InvocationNotCancellable', message: /is cancelled/ })
  const next = await accept('f5')
  const batch = await claims.claim({ functionName: 'f5', token: await tokenOf('f5') }, 5)
  t.same(
    batch?.claims.map((claim) => claim.id),
    [next.id],
    'what was taken back is not claimed',
  )
  await t.rejects(store.cancel(next.id), {
    code: 'InvocationNotCancellable',
    message: /is running/,
  })
})

t.test('one that waits for its retry can be taken back', async (t) => {
  const { id } = await accept('f6')
  const batch = await claims.claim({ functionName: 'f6', token: await tokenOf('f6') }, 1)
  const [claim] = batch?.claims ?? []
  if (!claim) throw new Error('nothing claimed')
  const error = { errorType: 'Error', errorMessage: 'first' }
  const retry = { state: 'queued', delayMs: 60_000 } as const
  await claims.complete(claim, { outcome: 'functionError', next: retry, error })
  const waiting = await store.read(id)
  t.match(waiting, {
    state: 'queued',
    attempts: [{ outcome: 'functionError', errorType: 'Error' }],
  })
  t.equal(waiting.error, undefined, 'no last word yet')
  t.equal((await store.cancel(id)).state, 'cancelled')
  t.equal(await redis.zcard(keys.later('f6')), 0)
})

t.test('invocations are listed newest first, in pages, by state', async (t) => {
  const ids: string[] = []
  for (let i = 0; i < 25; i++) {
    ids.push((await accept('f7')).id)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  const newest = ids.toReversed()
  const seen: string[] = []
  let cursor: string | undefined
  let pages = 0
  do {
    const page = await store.list('f7', { limit: 10, ...(cursor && { cursor }) })
    seen.push(...page.invocations.map(({ id }) => id))
    cursor = page.cursor
    pages += 1
  } while (cursor)
  t.same(seen, newest)
  t.equal(pages, 3)

  for (const id of newest.slice(3, 9)) await store.cancel(id)
  const cancelled = await store.list('f7', { state: 'cancelled', limit: 4 })
  t.same(
    cancelled.invocations.map(({ id }) => id),
    newest.slice(3, 7),
  )
  const rest = await store.list('f7', {
    state: 'cancelled',
    limit: 4,
    cursor: cancelled.cursor ?? '',
  })
  t.same(
    rest.invocations.map(({ id }) => id),
    newest.slice(7, 9),
  )
  t.equal(rest.cursor, undefined)
  t.same(await store.list('nobody', { limit: 10 }), { invocations: [] })
  const gone = await store.list('f7', { limit: 10, cursor: randomUUID() })
  t.same(gone, { invocations: [] }, 'a cursor that is forgotten has nothing behind it')
})

t.test('a deleted function ends what waits, and nothing else', async (t) => {
  for (let i = 0; i < 3; i++) await accept('f8')
  const first = await claims.claim({ functionName: 'f8', token: await tokenOf('f8') }, 2)
  const [running, retrying] = first?.claims ?? []
  if (!running || !retrying) throw new Error('nothing claimed')
  await claims.complete(retrying, {
    outcome: 'functionError',
    next: { state: 'queued', delayMs: 60_000 },
  })
  const error = { errorType: 'FunctionNotFound', errorMessage: 'Function was deleted' }
  t.equal(await store.failAll('f8', error), 2)
  t.match(await store.read(retrying.id), { state: 'failed', error })
  t.equal((await store.read(running.id)).state, 'running')
  t.equal(await redis.sismember(keys.backlogs, 'f8'), 0)
  t.equal(await redis.exists(keys.turn('f8')), 0)
})

t.test('the queue of a function, the events in all, and their bytes have caps', async (t) => {
  const full = (limits: object) => new InvocationStore({ redis, turns, payloads, limits })
  const event = Buffer.alloc(1000, ' ')
  const perFunction = full({ waitingPerFunction: 2 })
  await perFunction.accept({ functionName: 'f9', event, cause })
  await perFunction.accept({ functionName: 'f9', event, cause })
  await t.rejects(perFunction.accept({ functionName: 'f9', event, cause }), {
    code: 'QueueFull',
    message: /function "f9" holds 2 events/,
    retryAfterSeconds: 5,
  })
  t.ok(await perFunction.accept({ functionName: 'f10', event, cause }), 'others go on')
  const open = await redis.zcard(keys.open)
  await t.rejects(full({ open }).accept({ functionName: 'f11', event, cause }), {
    code: 'QueueFull',
    message: /the platform holds/,
  })
  const bytes = Number(await redis.hget(keys.totals, 'openBytes'))
  const byBytes = full({ openBytes: bytes + 1500 })
  await byBytes.accept({ functionName: 'f11', event, cause })
  await t.rejects(byBytes.accept({ functionName: 'f11', event, cause }), {
    code: 'QueueFull',
    message: /bytes of events/,
  })
  t.equal(Number(await redis.hget(keys.totals, 'openBytes')), bytes + 1000)
  t.equal((await store.list('f11', { limit: 10 })).invocations.length, 1, 'nothing half-made')
})

t.test(
  'while Redis is away everything is RedisUnavailable, and afterwards all is there',
  async (t) => {
    const { id } = await accept('k1', '{"kept":true}')
    await server.kill()
    await t.rejects(accept('k1'), { code: 'RedisUnavailable' })
    await t.rejects(store.read(id), { code: 'RedisUnavailable' })
    await t.rejects(store.list('k1', { limit: 1 }), { code: 'RedisUnavailable' })
    await t.rejects(turns.give('k1'), { code: 'RedisUnavailable' })
    await server.start()
    const back = async () => {
      for (;;) {
        const answer = await store.read(id).catch(() => undefined)
        if (answer) return answer
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    t.match(await back(), { id, state: 'queued' })
    t.ok(await accept('k1'), 'scripts are known to the new process')
  },
)

t.test('a frozen Redis is RedisUnavailable in time', async (t) => {
  server.freeze()
  const calls = [accept('k2'), store.read(randomUUID()), turns.give('k2')]
  const answers = await Promise.allSettled(calls)
  server.thaw()
  for (const answer of answers) t.match(answer, { reason: { code: 'RedisUnavailable' } })
})

t.test('and however many wait for it, none waits for the others first', async (t) => {
  server.freeze()
  const started = performance.now()
  const answers = await Promise.allSettled(Array.from({ length: 300 }, () => accept('k3')))
  const ms = performance.now() - started
  server.thaw()
  for (const answer of answers) t.match(answer, { reason: { code: 'RedisUnavailable' } })
  t.ok(ms < 2 * 1500, `one time-out for all of them, not one after another (${ms.toFixed(0)} ms)`)
})
