import t from 'tap'
import { ClaimStore } from '../../../core/invocations/claim-store.ts'
import { InvocationStore } from '../../../core/invocations/invocation-store.ts'
import { keys } from '../../../core/keys.ts'
import { startRecords } from '../../fixtures/records.ts'

const { redis, turns, payloads, store, owner, tokenOf, accept } = await startRecords(t)

t.test('many large results at once push out as many old ones as it takes', async (t) => {
  const keptBytes = 1_500_000
  const bounded = new ClaimStore({
    redis,
    payloads,
    owner,
    limits: { finished: { bytes: keptBytes } },
  })
  const end = async (count: number, result: Buffer) => {
    await Promise.all(Array.from({ length: count }, () => accept('p1')))
    const token = await tokenOf('p1')
    const batch = await bounded.claim({ functionName: 'p1', token }, count)
    const completion = { outcome: 'succeeded', next: { state: 'succeeded' }, result } as const
    const ends = (batch?.claims ?? []).map((claim) => bounded.complete(claim, completion))
    t.equal((await Promise.all(ends)).length, count)
  }
  for (let round = 0; round < 5; round += 1) await end(60, Buffer.from('1'))
  const large = Buffer.from(`"${'x'.repeat(100_000)}"`)
  for (let round = 0; round < 3; round += 1) {
    await end(40, large)
    const kept = Number(await redis.hget(keys.totals, 'finishedBytes'))
    t.ok(kept <= keptBytes, `${kept} bytes are kept`)
  }
  const kept = await store.list('p1', { limit: 500 })
  t.ok(kept.invocations.length > 0)
  t.equal(
    await redis.zcard(keys.finishedOf('p1')),
    kept.invocations.length,
    'no index is left over',
  )
})

t.test('a function keeps no more than its number, however many end together', async (t) => {
  const few = new ClaimStore({ redis, payloads, owner, limits: { finished: { count: 300 } } })
  for (let round = 0; round < 8; round += 1) {
    await Promise.all(Array.from({ length: 60 }, () => accept('p2')))
    const batch = await few.claim({ functionName: 'p2', token: await tokenOf('p2') }, 60)
    const completion = { outcome: 'succeeded', next: { state: 'succeeded' } } as const
    await Promise.all((batch?.claims ?? []).map((claim) => few.complete(claim, completion)))
    t.ok((await redis.zcard(keys.finishedOf('p2'))) <= 300)
  }
  const { invocations } = await store.list('p2', { limit: 500 })
  t.ok(invocations.length >= 290, `${invocations.length} are kept`)
})

t.test('a claim whose end Redis cannot write stays a claim', async (t) => {
  const claims = new ClaimStore({ redis, payloads, owner })
  const { id } = await accept('p3')
  const batch = await claims.claim({ functionName: 'p3', token: await tokenOf('p3') }, 1)
  const [claim] = batch?.claims ?? []
  if (!claim) throw new Error('nothing claimed')
  const completion = { outcome: 'succeeded', next: { state: 'succeeded' } } as const
  await redis.config('SET', 'maxmemory', '1mb')
  await t.rejects(claims.complete(claim, completion), { code: 'RedisUnavailable' })
  t.equal((await store.read(id)).state, 'running')
  t.ok(await redis.zscore(keys.claimed, id), 'the sweep still finds it')
  await redis.config('SET', 'maxmemory', '0')
  t.equal((await claims.complete(claim, completion)).refused, false)
  t.equal((await store.read(id)).state, 'succeeded')
  t.equal(await redis.zscore(keys.claimed, id), null)
})

t.test('any number of old records is forgotten beside what ends', async (t) => {
  const age = { finished: { ageMs: 1 } }
  await Promise.all(Array.from({ length: 9000 }, () => accept('p4')))
  await store.failAll('p4', { errorType: 'Test', errorMessage: 'over' })
  await Promise.all(Array.from({ length: 500 }, () => accept('p5')))
  await new Promise((resolve) => setTimeout(resolve, 5))
  const forgetful = new InvocationStore({ redis, turns, payloads, limits: age })
  t.equal(await forgetful.failAll('p5', { errorType: 'Test', errorMessage: 'over' }), 500)
  t.equal(await redis.hget(keys.totals, 'openBytes'), '0')
  t.ok((await redis.zcard(keys.finishedOf('p4'))) < 9000)
})
