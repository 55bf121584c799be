import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'bullmq'
import t, { type Test } from 'tap'
import { TurnQueue } from '../../../core/invocations/turn-queue.ts'
import { startRedis } from '../../fixtures/redis.ts'

const WATCH = { everyMs: 300, missesMax: 3 }
const LONG_MS = WATCH.everyMs * (WATCH.missesMax + 3)

/** BullMQ's own workers, in the order in which they were opened. */
const workers: Worker[] = []
const { run } = Worker.prototype
Worker.prototype.run = function (this: Worker) {
  workers.push(this)
  return run.call(this)
}

/** What takes turns of one queue, and what it has taken. */
async function start(t: Test, turn: (name: string) => Promise<void> = async () => undefined) {
  const server = await startRedis()
  const turns = TurnQueue.open(server.url)
  const seen = { taken: [] as string[], silent: 0 }
  const handlers = {
    turn: async (functionName: string) => {
      seen.taken.push(functionName)
      await turn(functionName)
    },
    tick: async () => undefined,
    failed: () => undefined,
    silent: () => {
      seen.silent += 1
    },
  }
  const before = workers.length
  const worker = turns.take(handlers, 2, WATCH)
  t.teardown(async () => {
    await worker.close()
    await turns.close()
    await server.stop()
  })
  const bull = workers[before]
  if (!bull) throw new Error('No worker was opened')
  return { server, turns, handlers, seen, bull }
}

const STOPS: Record<string, (bull: Worker) => void> = {
  'that is paused': (bull) => void bull.pause(true),
  'whose blocked read never ends': (bull) => {
    const { backend } = bull as unknown as { backend: { waitForJob(): Promise<unknown> } }
    backend.waitForJob = () => new Promise(() => undefined)
  },
  'whose loop waits for ever for a job': (bull) => {
    const loop = bull as unknown as { _getNextJob(): Promise<unknown> }
    loop._getNextJob = () => new Promise(() => undefined)
  },
}
for (const [how, stop] of Object.entries(STOPS)) {
  t.test(`a worker ${how} is noticed, and another one takes its turns`, async (t) => {
    const { turns, seen, bull } = await start(t)
    await turns.give('before')
    while (seen.taken.length < 1) await sleep(5)
    stop(bull)
    // The read under way may still bring it one last turn.
    for (let n = 0; seen.silent === 0; n += 1) {
      await turns.give(`turn-${n}`)
      await sleep(50)
    }
    await turns.give('last')
    while (!seen.taken.includes('last')) await sleep(5)
    t.equal(seen.silent, 1)
    t.equal(new Set(seen.taken).size, seen.taken.length, 'no turn was taken twice')
  })
}

t.test('of several workers that have nothing to do, none is blamed', async (t) => {
  const { server, turns, seen, handlers } = await start(t)
  const others = [50, 100].map(async (ms) => {
    await sleep(ms)
    return turns.take(handlers, 2, WATCH)
  })
  await sleep(4 * LONG_MS)
  t.equal(seen.silent, 0)
  await Promise.all(others.map(async (other) => (await other).close()))
  while ((await server.redis.keys('hearth-queue:turns:canary*')).length > 1) await sleep(20)
})

t.test('of several workers, the silent one is found', async (t) => {
  const { turns, seen, handlers, bull } = await start(t)
  let blamed = 0
  const other = turns.take({ ...handlers, silent: () => (blamed += 1) }, 2, WATCH)
  void bull.pause(true)
  while (seen.silent === 0) await sleep(20)
  await sleep(LONG_MS)
  t.equal(seen.silent, 1)
  t.equal(blamed, 0)
  await other.close()
})

t.test('a worker that has its hands full is not silent', async (t) => {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const { turns, seen } = await start(t, () => over)
  for (const name of ['a', 'b', 'c']) await turns.give(name)
  await sleep(LONG_MS)
  t.same(seen, { taken: ['a', 'b'], silent: 0 })
  resolve()
  while (seen.taken.length < 3) await sleep(5)
})

t.test('while Redis is away nobody is blamed', async (t) => {
  const { server, turns, seen } = await start(t)
  await server.kill()
  await sleep(LONG_MS)
  await server.start()
  while (await turns.give('after').catch(() => true)) await sleep(20)
  while (!seen.taken.includes('after')) await sleep(5)
  t.equal(seen.silent, 0)
})
