import t from 'tap'
import { DeadLetterStore } from '../../../core/invocations/dead-letter-store.ts'
import { DeliveryStore } from '../../../core/invocations/delivery-store.ts'
import { keys } from '../../../core/keys.ts'
import { startRecords } from '../../fixtures/records.ts'

const { redis, turns, payloads, store, claims, tokenOf, accept, ended } = await startRecords(t)
const deadLetters = new DeadLetterStore({ redis, turns, payloads })
const error = { errorType: 'Error', errorMessage: 'no' }

async function create(functionName: string) {
  await redis.hset(keys.functions, functionName, '{}')
}

async function listed(functionName: string): Promise<string[]> {
  const { invocations } = await deadLetters.list(functionName, { limit: 100 })
  return invocations.map(({ id }) => id)
}

t.test('what failed or grew too old is a dead letter, with its event', async (t) => {
  const failed = await ended('a', { error, event: '{"n":12345678901234567890}' })
  const succeeded = await ended('a', { result: Buffer.from('1') })
  const { id: expired } = await accept('a')
  await redis.hset(keys.invocation(expired), 'until', 1)
  await redis.zadd(keys.open, 1, expired)
  await claims.expirePage(10)
  const { id: cancelled } = await accept('a')
  await store.cancel(cancelled)
  t.same(new Set(await listed('a')), new Set([failed, expired]))
  const { invocation, event } = await deadLetters.read('a', failed)
  t.match(invocation, { id: failed, state: 'failed', error })
  t.equal(String(event), '{"n":12345678901234567890}')
  for (const id of [succeeded, cancelled, 'unknown']) {
    await t.rejects(deadLetters.read('a', id), { code: 'DeadLetterNotFound' })
  }
  await t.rejects(deadLetters.read('b', failed), { code: 'DeadLetterNotFound' })
})

t.test('one is redriven once: same event, new id, and each names the other', async (t) => {
  await create('r')
  const id = await ended('r', { error, event: '[1]' })
  const redrive = await deadLetters.redrive('r', id)
  if (redrive.outcome !== 'redriven') throw new Error(redrive.outcome)
  const { invocationId } = redrive
  t.match(await store.read(id), { state: 'failed', redrivenAs: invocationId })
  const cause = { kind: 'redrive', detail: id }
  t.match(await store.read(invocationId), { state: 'queued', functionName: 'r', cause })
  const batch = await claims.claim({ functionName: 'r', token: await tokenOf('r') }, 5)
  t.match(batch?.claims, [{ id: invocationId, fence: 1, functionErrors: 0 }])
  t.equal(String(batch?.claims[0]?.event), '[1]')
  t.same(await listed('r'), [])
  await t.rejects(deadLetters.redrive('r', id), { code: 'DeadLetterNotFound' })
})

t.test('all are redriven by pages, and those that fail meanwhile are not', async (t) => {
  await create('m')
  const ids = []
  for (let i = 0; i < 120; i += 1) ids.push(await ended('m', { error, event: `${i}` }))
  t.same(await deadLetters.redriveAll('m'), { redriven: 120, left: 0 })
  const batch = await claims.claim({ functionName: 'm', token: await tokenOf('m') }, 200)
  const events = batch?.claims.map(({ event }) => Number(event))
  t.same(
    events,
    ids.map((_, index) => index),
    'oldest first',
  )
  t.same(await deadLetters.redriveAll('m'), { redriven: 0, left: 0 })
})

t.test('a full queue takes what fits and leaves the rest as it is', async (t) => {
  await create('q')
  const few = new DeadLetterStore({ redis, turns, payloads, limits: { waitingPerFunction: 2 } })
  for (let i = 0; i < 3; i += 1) await ended('q', { error })
  t.same(await few.redriveAll('q'), { redriven: 2, left: 1 })
  const [left = ''] = await listed('q')
  await t.rejects(few.redriveAll('q'), { code: 'QueueFull' })
  await t.rejects(few.redrive('q', left), { code: 'QueueFull' })
  t.equal(String((await deadLetters.read('q', left)).event), '{}')
  t.equal((await store.read(left)).redrivenAs, undefined)
})

t.test('without its function nothing is redriven, and it can still be read', async (t) => {
  const id = await ended('gone', { error })
  await t.rejects(deadLetters.redrive('gone', id), { code: 'FunctionNotFound' })
  await t.rejects(deadLetters.redriveAll('gone'), { code: 'FunctionNotFound' })
  t.same(await listed('gone'), [id])
})

t.test(
  'what failed but was taken by a destination is no dead letter; what it refused is',
  async (t) => {
    const deliveries = new DeliveryStore({ redis })
    await create('d')
    await redis.hset(keys.onFailure, 'd', '{"type":"event"}')
    await redis.hset(keys.onSuccess, 'd', '{"type":"event"}')
    const end = async (how: object, outcome: 'delivered' | 'dead') => {
      const id = await ended('d', how)
      const [message] = await deliveries.take({
        n: 1,
        bytes: 1e6,
        perFunction: 1,
        underWay: new Map(),
      })
      if (message?.invocationId !== id) throw new Error('not due')
      await deliveries.end(message, { outcome, error: 'refused' } as never)
      return id
    }
    await end({ error }, 'delivered')
    t.same(await listed('d'), [])
    const failed = await end({ error }, 'dead')
    const succeeded = await end({ result: Buffer.from('7') }, 'dead')
    t.same(new Set(await listed('d')), new Set([failed, succeeded]))

    t.match(await deadLetters.redrive('d', failed), { outcome: 'redriven' })
    t.match(await deadLetters.redrive('d', succeeded), { outcome: 'reported' })
    t.same(await listed('d'), [])
    const [again] = await deliveries.take({ n: 5, bytes: 1e6, perFunction: 5, underWay: new Map() })
    t.match(again, { invocationId: succeeded, fence: 2, state: 'succeeded' })
    t.equal(String(again?.result), '7')
    if (again) await deliveries.end(again, { outcome: 'delivered' })
    t.match(await store.read(succeeded), { delivery: { state: 'delivered', attempts: 2 } })
  },
)

t.test('purged ones are forgotten whole; only dead letters can be', async (t) => {
  const ids = [await ended('p', { error }), await ended('p', { error })]
  const alive = await ended('p')
  await deadLetters.purge('p', ids[0] as string)
  await t.rejects(deadLetters.purge('p', ids[0] as string), { code: 'DeadLetterNotFound' })
  await t.rejects(deadLetters.purge('p', alive), { code: 'DeadLetterNotFound' })
  t.equal(await store.find(ids[0] as string), undefined)
  t.equal(await deadLetters.purgeAll('p'), 1)
  t.same(await listed('p'), [])
  t.match(await store.list('p', { limit: 5 }), { invocations: [{ id: alive }] })
})

t.test('they outlive what succeeded, and have bounds of their own', async (t) => {
  const known = async (id: string) => (await redis.exists(keys.invocation(id))) === 1
  const limits = { finished: { count: 1 }, dead: { count: 2 } }
  const dead: string[] = []
  for (let i = 0; i < 3; i += 1) dead.push(await ended('o', { error, limits }))
  for (let i = 0; i < 3; i += 1) await ended('o', { limits })
  t.same(await Promise.all(dead.map(known)), [false, true, true])
  await redis.zadd(keys.dead, Date.now() - 13 * 24 * 3600 * 1000, dead[1] as string)
  await redis.zadd(keys.dead, Date.now() - 15 * 24 * 3600 * 1000, dead[2] as string)
  await claims.expirePage(1)
  t.same(await Promise.all(dead.map(known)), [false, true, false], '14 days')
  for (let i = 0; i < 20; i += 1) await ended('o2', { limits: { finished: { bytes: 1 } } })
  t.equal(await known(dead[1] as string), true, 'what succeeded has bytes of its own')
  const alive = await ended('o2', { result: Buffer.from('1') })
  await ended('o2', { error, limits: { dead: { bytes: 1100 } } })
  t.equal(await known(dead[1] as string), false)
  t.equal(await known(alive), true, 'and the other way round')
})

t.test('the sums of bytes are right whatever has happened', async (t) => {
  for (const name of await redis.hkeys(keys.functions)) await deadLetters.purgeAll(name)
  for (const name of ['a', 'gone', 'o', 'o2']) await deadLetters.purgeAll(name)
  let open = 0
  for (const id of await redis.zrange(keys.open, '0', '-1')) {
    open += await redis.hstrlen(keys.invocation(id), 'event')
  }
  let kept = 0
  for (const id of await redis.zrange(keys.finished, '0', '-1')) {
    const record = keys.invocation(id)
    kept += 1000
    for (const field of ['event', 'result', 'error']) kept += await redis.hstrlen(record, field)
  }
  t.equal(await redis.zcard(keys.dead), 0)
  t.same(await redis.hgetall(keys.totals), {
    openBytes: `${open}`,
    finishedBytes: `${kept}`,
    deadBytes: '0',
  })
})
