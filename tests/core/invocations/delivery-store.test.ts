import t from 'tap'
import { DeliveryStore, type Message } from '../../../core/invocations/delivery-store.ts'
import { keys } from '../../../core/keys.ts'
import { startRecords } from '../../fixtures/records.ts'

const { redis, store, claims, accept, ended, claimed } = await startRecords(t)
const deliveries = new DeliveryStore({ redis })
const error = { errorType: 'Error', errorMessage: 'no' }

async function wants(functionName: string, ends: { onSuccess?: boolean; onFailure?: boolean }) {
  const destination = JSON.stringify({ type: 'function', functionName: `${functionName}-next` })
  if (ends.onSuccess) await redis.hset(keys.onSuccess, functionName, destination)
  if (ends.onFailure) await redis.hset(keys.onFailure, functionName, destination)
}

async function take(n = 10, underWay = new Map<string, number>()): Promise<Message[]> {
  return deliveries.take({ n, bytes: 1e6, perFunction: 4, underWay })
}

async function takeOne(): Promise<Message> {
  const [message] = await take(1)
  if (!message) throw new Error('nothing is due')
  return message
}

async function totals() {
  return redis.hgetall(keys.totals)
}

t.test('the end of an invocation waits whole until it is delivered, once', async (t) => {
  await wants('s', { onSuccess: true })
  const claim = await claimed('s', '{"big":12345678901234567890}')
  const done = await claims.complete(claim, {
    outcome: 'succeeded',
    next: { state: 'succeeded' },
    result: Buffer.from('[1e400]'),
    executedVersion: '$LATEST',
  })
  t.match(done, { refused: false, handedOver: true })
  const waiting = { destination: 'function s-next', state: 'waiting', attempts: 0 }
  t.match(await store.read(claim.id), { state: 'succeeded', delivery: waiting })
  const listed = await store.list('s', { delivery: 'waiting', limit: 5 })
  t.match(listed, { invocations: [{ id: claim.id }] })

  const message = await takeOne()
  t.match(message, {
    invocationId: claim.id,
    fence: 1,
    functionName: 's',
    state: 'succeeded',
    destination: { type: 'function', functionName: 's-next' },
    executedVersion: '$LATEST',
    cause: { kind: 'request' },
    attempts: 1,
  })
  t.equal(String(message.event), '{"big":12345678901234567890}')
  t.equal(String(message.result), '[1e400]')
  t.same(await take(), [], 'nobody else gets it meanwhile')

  t.equal(await deliveries.end(message, { outcome: 'delivered' }), true)
  t.equal(await deliveries.end(message, { outcome: 'delivered' }), false, 'once')
  const delivery = { state: 'delivered', attempts: 1, endedAt: String }
  t.match(await store.read(claim.id), { delivery })
  t.equal(await redis.hexists(keys.invocation(claim.id), 'event'), 0)
  t.same(await store.list('s', { delivery: 'waiting', limit: 5 }), { invocations: [] })
  t.equal(await redis.exists(keys.outbox, keys.outboxOf('s'), keys.open), 0, 'nothing is left')
})

t.test('each end goes where the function wants it, and a cancelled one nowhere', async (t) => {
  await wants('f', { onFailure: true })
  await ended('f', { result: Buffer.from('1') })
  t.same(await take(), [], 'success is reported to nobody')
  const failed = await ended('f', { error })
  const message = await takeOne()
  t.match(message, { invocationId: failed, state: 'failed' })
  t.same(JSON.parse(String(message.error)), error)
  await deliveries.end(message, { outcome: 'delivered' })
  const { id } = await accept('f')
  await store.cancel(id)
  t.same(await take(), [])
  t.match(await store.read(id), { state: 'cancelled' })

  const old = await accept('f')
  await redis.zadd(keys.open, 1, old.id)
  await redis.hset(keys.invocation(old.id), 'until', 1)
  await claims.expirePage(10)
  const expired = await takeOne()
  t.match(expired, { invocationId: old.id, state: 'expired', executedVersion: '' })
  await deliveries.end(expired, { outcome: 'delivered' })
})

t.test('who has lost a message changes nothing any more', async (t) => {
  await wants('l', { onSuccess: true })
  const id = await ended('l', { result: Buffer.from('1') })
  const first = await takeOne()
  await redis.zadd(keys.outboxOf('l'), 1, id)
  await redis.zadd(keys.outbox, 1, 'l')
  const second = await takeOne()
  t.match(second, { invocationId: id, fence: 2 })
  t.equal(await deliveries.end(first, { outcome: 'dead', error: 'late' }), false)
  t.equal(await deliveries.end(first, { outcome: 'delivered' }), false)
  t.match(await store.read(id), { delivery: { state: 'waiting', attempts: 2 } })
  t.equal(await deliveries.end(second, { outcome: 'delivered' }), true)
})

t.test('a message that was refused comes again after its delay; its error is told', async (t) => {
  await wants('a', { onSuccess: true })
  const id = await ended('a', { result: Buffer.from('1') })
  await deliveries.end(await takeOne(), { outcome: 'again', delayMs: 60_000, error: 'down' })
  t.same(await take(), [])
  t.match(await store.read(id), { delivery: { state: 'waiting', attempts: 1, error: 'down' } })
  const due = Number(await redis.zscore(keys.outbox, 'a'))
  t.ok(due > Date.now() + 50_000 && due < Date.now() + 70_000)
  await redis.zadd(keys.outboxOf('a'), 1, id)
  await redis.zadd(keys.outbox, 1, 'a')
  await deliveries.end(await takeOne(), { outcome: 'dead', error: 'down for good' })
  const delivery = { state: 'dead', attempts: 2, error: 'down for good' }
  t.match(await store.read(id), { state: 'succeeded', delivery })
  t.equal(await redis.hget(keys.invocation(id), 'event'), '{}', 'it can be delivered again')
  t.match(await store.list('a', { delivery: 'dead', limit: 5 }), { invocations: [{ id }] })
})

t.test('no function gets more than its share, and those that have theirs get none', async (t) => {
  for (const name of ['b1', 'b2']) {
    await wants(name, { onSuccess: true })
    for (let i = 0; i < 6; i += 1) await ended(name)
  }
  const counts = (messages: Message[]) =>
    ['b1', 'b2'].map((name) => messages.filter(({ functionName }) => functionName === name).length)
  const first = await take(64)
  t.same(counts(first), [4, 4])
  const second = await take(
    64,
    new Map([
      ['b1', 4],
      ['b2', 1],
    ]),
  )
  t.same(counts(second), [0, 2])
  const third = await take(64)
  t.same(counts(third), [2, 0])
  const all = [...first, ...second, ...third]
  t.equal(new Set(all.map(({ invocationId }) => invocationId)).size, 12)
  for (const message of all) await deliveries.end(message, { outcome: 'delivered' })
})

t.test(
  'what waits to be delivered counts as open, is never forgotten, and never too old',
  async (t) => {
    await wants('k', { onSuccess: true })
    await ended('k', { event: '"12345678"', result: Buffer.from('"1234567"') })
    const { openBytes } = await totals()
    t.equal(openBytes, '19')
    t.equal(await redis.zcard(keys.open), 1)
    await claims.expirePage(100)
    for (let i = 0; i < 5; i += 1)
      await ended('other', { limits: { finished: { bytes: 1, ageMs: 0 } } })
    const message = await takeOne()
    t.equal(String(message.event), '"12345678"')
    await deliveries.end(message, { outcome: 'delivered' })
    t.match(await totals(), { openBytes: '0' })
    t.equal(await redis.zcard(keys.open), 0)
  },
)

t.test('functions take turns, whoever has the older messages', async (t) => {
  await wants('old', { onSuccess: true })
  await wants('new', { onSuccess: true })
  for (let i = 0; i < 10; i += 1) await ended('old')
  await ended('new')
  const order: string[] = []
  for (let i = 0; i < 4; i += 1) {
    const message = await takeOne()
    order.push(message.functionName)
    await deliveries.end(message, { outcome: 'again', delayMs: 0, error: 'no' })
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  t.same(order, ['old', 'new', 'old', 'new'])
  await redis.del(keys.onSuccess, keys.outbox, keys.outboxOf('old'), keys.outboxOf('new'))
})

t.test(
  'an endpoint that is down fills no more than its share: the rest are dead letters',
  async (t) => {
    await wants('full', { onSuccess: true })
    const members = Array.from({ length: 10_000 }, (_, index) => [index, `waits-${index}`]).flat()
    await redis.zadd(keys.outboxOf('full'), ...members)
    const id = await ended('full', { result: Buffer.from('1') })
    const delivery = { state: 'dead', error: 'Too many ends wait to be delivered' }
    t.match(await store.read(id), { state: 'succeeded', delivery })
    await redis.del(keys.outboxOf('full'))
    await redis.hincrby(keys.totals, 'openBytes', 300_000_000)
    const other = await ended('full', { result: Buffer.from('1') })
    t.match(await store.read(other), { state: 'succeeded', delivery })
  },
)
