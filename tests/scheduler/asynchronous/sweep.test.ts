import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { TURN_WAITS_MS } from '../../../core/invocations/turn-queue.ts'
import { keys } from '../../../core/keys.ts'
import { startQueue } from '../../fixtures/asynchronous.ts'

const NODE_SCRIPT = fileURLToPath(new URL('../../fixtures/asynchronous-node.ts', import.meta.url))

function spawnNode(redisUrl: string, nodeId: string): ChildProcess {
  return spawn(process.execPath, [NODE_SCRIPT, redisUrl, nodeId], { stdio: 'inherit' })
}

async function sigkill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const echo = { answer: (event: unknown) => ({ result: event }) }

t.test('a node that is killed takes up its own work when it is back', async (t) => {
  const queue = await startQueue(t)
  const child = spawnNode(queue.server.url, 'n1')
  t.teardown(() => child.kill('SIGKILL'))
  const running: string[] = []
  for (let i = 0; i < 5; i++) running.push(await queue.accept('f1', 'hang'))
  for (const id of running) await queue.until(id, ({ state }) => state === 'running')
  const waiting: string[] = []
  for (let i = 0; i < 50; i++) waiting.push(await queue.accept(`f${i % 5}`, i))
  await sigkill(child)

  await queue.node('n1', { ...echo, slots: 5 })
  for (const id of running) {
    const { state, attempts } = await queue.ended(id)
    t.equal(state, 'succeeded')
    t.same(
      attempts.map(({ outcome, node }) => [outcome, node]),
      [
        ['lost', 'n1'],
        ['succeeded', 'n1'],
      ],
    )
  }
  for (const [i, id] of waiting.entries()) {
    const { state, result, attempts } = await queue.ended(id)
    if (state !== 'succeeded' || result !== i || attempts.length !== 1) t.fail(`${id} is ${state}`)
  }
  t.equal(await queue.server.redis.zcard(keys.claimed), 0)
  t.equal(await queue.server.redis.zcard(keys.open), 0)
})

t.test(
  'the claims of a node that never comes back go to another when their leases end',
  async (t) => {
    const queue = await startQueue(t)
    const child = spawnNode(queue.server.url, 'n1')
    t.teardown(() => child.kill('SIGKILL'))
    const id = await queue.accept('f1', 'hang')
    await queue.until(id, ({ state }) => state === 'running')
    await sigkill(child)
    await queue.server.redis.zadd(keys.claimed, '1', id)
    await queue.node('n2', echo)
    const { attempts, state } = await queue.ended(id)
    t.equal(state, 'succeeded')
    t.same(
      attempts.map(({ node }) => node),
      ['n1', 'n2'],
    )
  },
)

t.test('a standing lease of another node is left alone', async (t) => {
  const queue = await startQueue(t)
  const gate = Promise.withResolvers<{ result: unknown }>()
  await queue.node('n1', {
    answer: (event) => (event === 1 ? gate.promise : { result: event }),
  })
  const id = await queue.accept('f1', 1)
  await queue.until(id, ({ state }) => state === 'running')
  const other = await queue.node('n2', echo)
  await queue.ended(await queue.accept('f2', 2))
  gate.resolve({ result: 'n1' })
  t.match(await queue.ended(id), { result: 'n1', attempts: [{ node: 'n1' }] })
  t.notOk(other.runs.has(id))
})

t.test('the late result of a lost claim is refused', async (t) => {
  const queue = await startQueue(t)
  const gate = Promise.withResolvers<{ result: unknown }>()
  const slow = await queue.node('n1', { slots: 1, answer: () => gate.promise })
  const id = await queue.accept('f1', 1)
  await queue.until(id, ({ state }) => state === 'running')
  await queue.server.redis.zadd(keys.claimed, '1', id)
  await queue.node('n2', { answer: () => ({ result: 'in time' }) })
  t.equal((await queue.ended(id)).result, 'in time')
  gate.resolve({ result: 'too late' })
  await slow.close()
  const { result, attempts } = await queue.invocations.read(id)
  t.equal(result, 'in time')
  t.equal(attempts.length, 2)
})

t.test('a claim whose answer never reached its node is taken back', async (t) => {
  const queue = await startQueue(t)
  const node = await queue.node('n1', { ...echo, bootId: 'b1' })
  const id = await queue.accept('f1', 1)
  await queue.ended(id)
  // As if the claim's reply had been lost between Redis and this very process.
  const other = await queue.accept('idle', 2)
  await queue.ended(other)
  const { redis } = queue.server
  const lost = await queue.accept('f9', 3)
  await queue.ended(lost)
  await redis.hset(keys.invocation(lost), {
    state: 'running',
    owner: 'n1/b1',
    started: Date.now() - 10_000,
    event: '3',
  })
  await redis.hdel(keys.invocation(lost), 'ended')
  await redis.zadd(keys.claimed, String(Date.now() + 20_000), lost)
  await queue.until(lost, ({ attempts }) => attempts.length === 3)
  t.match(await queue.ended(lost), { state: 'succeeded', result: 3 })
  t.equal(node.runs.get(lost), 2)
})

t.test('a turn that got lost on its way is given again', async (t) => {
  const queue = await startQueue(t)
  const { redis } = queue.server
  await redis.set(keys.turn('f1'), 'w:ghost', 'PX', TURN_WAITS_MS - 4000)
  await redis.set(keys.turn('f2'), 'h:n1/old|ghost', 'PX', TURN_WAITS_MS)
  const ids = [await queue.accept('f1', 1), await queue.accept('f2', 2)]
  await redis.del(keys.turn('f3'))
  const bare = await queue.accept('f3', 3)
  await redis.del(keys.turn('f3'))
  await queue.node('n1', echo)
  for (const id of [...ids, bare]) t.equal((await queue.ended(id)).state, 'succeeded')
})

t.test('events too old to run are expired though their function never has room', async (t) => {
  const queue = await startQueue(t, { eventAgeMs: 50 })
  const id = await queue.accept('f1', 1)
  await queue.node('n1', { ...echo, room: () => 0 })
  t.match(await queue.ended(id), { state: 'expired', error: { errorType: 'EventAgeExceeded' } })
})
