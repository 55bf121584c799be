import t from 'tap'
import { startRecords } from '../../fixtures/records.ts'

const { redis, store, claims, tokenOf } = await startRecords(t)

/**
 * Records as format 1 has had them since its first build, written out: whatever changes here needs
 * another format, and a build that reads both.
 */
async function writeRecord(id: string, functionName: string, state: Record<string, string>) {
  const at = `${Date.now() - 1000}`
  const until = `${Date.now() + 3_600_000}`
  const record = { v: '1', fn: functionName, at, until, cause: '{"kind":"request"}', event: '[1]' }
  await redis.hset(`hearth:invocation:${id}`, { ...record, ...state })
  await redis.zadd(`hearth:invocations:${functionName}`, at, id)
  await redis.zadd('hearth:open', until, id)
  await redis.hincrby('hearth:totals', 'openBytes', 3)
  await redis.sadd('hearth:backlogs', functionName)
}

const succeeded = {
  outcome: 'succeeded',
  next: { state: 'succeeded' },
  result: Buffer.from('2'),
} as const

async function turnOf(functionName: string) {
  const give = await claims.takeTurn(functionName, '')
  if (!give?.token) throw new Error('the turn is taken')
  return { functionName, token: await tokenOf(functionName) }
}

t.test('what an older build left queued is run', async (t) => {
  await writeRecord('q1', 'queued', { state: 'queued' })
  await redis.rpush('hearth:ready:queued', 'q1')
  const batch = await claims.claim(await turnOf('queued'), 5)
  const [claim] = batch?.claims ?? []
  if (!claim) throw new Error('nothing claimed')
  t.match(claim, { id: 'q1', fence: 1, event: Buffer.from('[1]') })
  await claims.complete(claim, succeeded)
  t.match(await store.read('q1'), { state: 'succeeded', result: 2 })
})

t.test('what it was to try again is tried, its errors counted', async (t) => {
  const attempts = `[${Date.now() - 900},${Date.now() - 800},"functionError","n0","Error"]`
  await writeRecord('r1', 'retried', { state: 'queued', fence: '1', errors: '1', attempts })
  await redis.zadd('hearth:later:retried', Date.now() - 10, 'r1')
  const batch = await claims.claim(await turnOf('retried'), 5)
  const [claim] = batch?.claims ?? []
  if (!claim) throw new Error('nothing claimed')
  t.match(claim, { id: 'r1', fence: 2, functionErrors: 1 })
  await claims.complete(claim, succeeded)
  const { attempts: seen } = await store.read('r1')
  t.match(seen, [
    { outcome: 'functionError', node: 'n0' },
    { outcome: 'succeeded', node: 'n1' },
  ])
})

t.test('what it was running is taken back', async (t) => {
  const running = { state: 'running', fence: '3', owner: 'n0/b0', started: `${Date.now() - 500}` }
  await writeRecord('c1', 'claimed', running)
  await redis.zadd('hearth:claimed', Date.now() - 1, 'c1')
  const { claims: standing } = await claims.standing({ offset: 0, limit: 5 })
  const [lost] = standing
  if (!lost) throw new Error('nothing stands')
  t.match(lost, { id: 'c1', functionName: 'claimed', fence: 3, nodeId: 'n0', lapsed: true })
  const next = { state: 'queued', delayMs: 0 } as const
  const { refused } = await claims.complete(lost, { outcome: 'lost', next, ifLapsed: true })
  t.equal(refused, false)
  const [claim] = (
    await claims.claim({ functionName: 'claimed', token: await tokenOf('claimed') }, 1)
  )?.claims ?? [undefined]
  t.match(claim, { id: 'c1', fence: 4, platformFaults: 1 })
  if (claim) await claims.complete(claim, succeeded)
  t.match(await store.read('c1'), { state: 'succeeded' })
  t.equal(await redis.hget('hearth:totals', 'openBytes'), '0')
})
