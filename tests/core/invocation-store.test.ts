import { randomUUID } from 'node:crypto'
import t from 'tap'
import { ClaimStore } from '../../core/claim-store.ts'
import { InvocationStore } from '../../core/invocation-store.ts'
import { keys } from '../../core/keys.ts'
import { TurnQueue } from '../../core/turn-queue.ts'
import { startRedis } from '../fixtures/redis.ts'

const server = await startRedis()
const { redis } = server
const turns = TurnQueue.open(server.url)
const store = new InvocationStore({ redis, turns })
const claims = new ClaimStore({ redis, owner: { nodeId: 'n1', bootId: 'b1' } })
t.teardown(async () => {
  await turns.close()
  await server.stop()
})

const cause = { kind: 'request' } as const

/** The token of the turn that waits in the queue for a function. */
async function tokenOf(functionName: string): Promise<string> {
  return ((await redis.get(keys.turn(functionName))) ?? '').replace(/^w:/, '')
}

async function accept(functionName: string, event = '{}') {
  return store.accept({ functionName, event: Buffer.from(event), cause })
}

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

t.test('a claim carries the event as its bytes and a result comes back as its JSON', async (t) => {
  const event = Buffer.concat([Buffer.from('"'), Buffer.from([0xff, 0, 10]), Buffer.from('"')])
  const { id } = await store.accept({ functionName: 'f2', event, cause })
  const batch = await claims.claim({ functionName: 'f2', token: await tokenOf('f2') }, 5)
  const [claim] = batch?.claims ?? []
  if (!claim) throw new Error('nothing claimed')
  t.equal(batch?.left, false)
  t.match(claim, { id, functionName: 'f2', fence: 1, functionErrors: 0, platformFaults: 0, cause })
  t.ok(claim.event.equals(event))
  t.match(await store.read(id), { state: 'running', attempts: [{ node: 'n1' }] })

  const result = '{"big":12345678901234567890,"text":"grüße","float":1.5,"list":[1e100]}'
  const done = await claims.complete(claim, {
    outcome: 'succeeded',
    next: { state: 'succeeded' },
    result: Buffer.from(result),
  })
  t.equal(done.refused, false)
  const invocation = await store.read(id)
  t.match(invocation, { state: 'succeeded', attempts: [{ outcome: 'succeeded', node: 'n1' }] })
  t.ok(invocation.endedAt)
  t.equal(JSON.stringify(invocation.result), result)
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

t.test('of two claims of one invocation only the later one can complete it, once', async (t) => {
  const { id } = await accept('f4')
  const first = await claims.claim({ functionName: 'f4', token: await tokenOf('f4') }, 1)
  const [old] = first?.claims ?? []
  if (!old) throw new Error('nothing claimed')
  const lost = await claims.complete(old, {
    outcome: 'lost',
    next: { state: 'queued', delayMs: 0 },
  })
  const token = lost.give?.token ?? ''
  const second = await claims.claim({ functionName: 'f4', token }, 1)
  const [fresh] = second?.claims ?? []
  if (!fresh) throw new Error('nothing claimed')
  t.equal(fresh.fence, 2)
  t.equal(fresh.platformFaults, 1)
  const succeeded = { outcome: 'succeeded', next: { state: 'succeeded' } } as const
  t.equal((await claims.complete(old, { ...succeeded, result: Buffer.from('1') })).refused, true)
  t.same(await claims.renew([old]), [id])
  t.same(await claims.renew([fresh]), [])
  t.equal((await claims.complete(fresh, { ...succeeded, result: Buffer.from('2') })).refused, false)
  t.equal((await claims.complete(fresh, { ...succeeded, result: Buffer.from('3') })).refused, true)
  const invocation = await store.read(id)
  t.equal(invocation.result, 2)
  t.same(
    invocation.attempts.map((attempt) => attempt.outcome),
    ['lost', 'succeeded'],
  )
})
