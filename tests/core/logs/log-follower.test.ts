import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { LogFollower } from '../../../core/logs/log-follower.ts'
import { logLimits } from '../../../core/logs/log-limits.ts'
import { LogStore } from '../../../core/logs/log-store.ts'
import { connectRedis } from '../../../core/redis/redis.ts'
import { readSettings } from '../../../core/settings.ts'
import { createFunctions } from '../../fixtures/journal.ts'
import { startRedis } from '../../fixtures/redis.ts'

const WAIT_MS = 10_000
const server = await startRedis()
const other = await connectRedis(server.url)
t.teardown(async () => {
  other.disconnect()
  await server.stop()
})
t.beforeEach(async () => {
  await server.redis.flushall()
  await createFunctions(server.redis)
})

const openStore = (redis = server.redis, changes = {}) =>
  new LogStore(redis, logLimits(readSettings(changes)))

function write(store: LogStore, functionName: string, texts: Iterable<string>): void {
  for (const text of texts) store.write(functionName, { timeMs: Date.now(), text })
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `${from + index}`)
}

async function readUntil(follower: LogFollower, last: string): Promise<string[]> {
  const texts: string[] = []
  while (texts.at(-1) !== last) {
    const page = await follower.next(WAIT_MS)
    if (!page) throw new Error('It was closed')
    if (page.lines.length === 0) throw new Error(`Nothing came after ${texts.at(-1)}`)
    texts.push(...page.lines.map(({ text }) => text))
  }
  return texts
}

t.test(
  'What one process writes ten followers of another read, all of it and in order',
  async (t) => {
    const writer = openStore()
    const reader = openStore(other)
    write(writer, 'f', ['before'])
    await writer.state('f')
    const followers = Array.from({ length: 10 }, () => reader.follow('f'))
    for (const follower of followers) await follower.begin()
    const reading = followers.map((follower) => readUntil(follower, '2999'))
    for (let from = 0; from < 3000; from += 100) {
      write(writer, 'f', numbers(from, from + 100))
      await sleep(5)
    }
    for (const texts of await Promise.all(reading)) t.strictSame(texts, numbers(0, 3000))
    for (const follower of followers) follower.close()
    await Promise.all([writer.close(), reader.close()])
  },
)

t.test('Where nobody listens there is no connection for it', async (t) => {
  const store = openStore()
  const connections = async () =>
    String(await server.redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'))
      .split('\n')
      .filter(Boolean)
  const follower = store.follow('f')
  await follower.begin()
  while ((await connections()).length === 0) await sleep(5)
  follower.close()
  while ((await connections()).length > 0) await sleep(5)
  t.equal(await follower.next(WAIT_MS), undefined)
  await store.close()
})

t.test('A reader that breaks off anywhere resumes without a gap or a double', async (t) => {
  const store = openStore()
  write(store, 'f', numbers(0, 1000))
  await store.state('f')
  const all: string[] = []
  let after = { epoch: 0, number: 0 }
  while (all.length < 1000) {
    const follower = store.follow('f', after)
    await follower.begin()
    const page = await follower.next(WAIT_MS)
    follower.close()
    const taken = page?.lines.slice(0, 37) ?? []
    all.push(...taken.map(({ text }) => text))
    after = taken.at(-1)?.position ?? after
  }
  t.strictSame(all, numbers(0, 1000))
  await store.close()
})

t.test('A slow reader is told how many lines it missed', async (t) => {
  const store = openStore(server.redis, { LOG_LINES: '1000' })
  const follower = store.follow('f')
  await follower.begin()
  for (let from = 0; from < 5000; from += 500) {
    write(store, 'f', numbers(from, from + 500))
    await store.state('f')
  }
  let missed = 0
  let read = 0
  while (missed + read < 5000) {
    const page = await follower.next(WAIT_MS)
    missed += page?.missed ?? 0
    read += page?.lines.length ?? 0
  }
  t.equal(missed + read, 5000)
  t.ok(read >= 1000 && read < 1200, `${read} lines were read`)
  follower.close()
  await store.close()
})

t.test('A log that is deleted and begun anew is followed from its beginning', async (t) => {
  const store = openStore()
  write(store, 'f', numbers(0, 10))
  const { state } = await store.read('f', { limit: 1 })
  const follower = store.follow('f', state.end)
  await follower.begin()
  await store.delete('f')
  await sleep(2)
  write(store, 'f', ['a', 'b'])
  t.strictSame(await readUntil(follower, 'b'), ['a', 'b'])
  follower.close()
  const ahead = store.follow('f', { epoch: Date.now() + 1e9, number: 5 })
  const { end } = await store.state('f')
  t.strictSame(await ahead.begin(), end, 'a place that is ahead of it is none')
  ahead.close()
  await store.close()
})

t.test('It goes on when Redis comes back', async (t) => {
  const own = await startRedis()
  await createFunctions(own.redis)
  t.teardown(() => own.stop())
  const store = openStore(own.redis)
  const follower = store.follow('f')
  await follower.begin()
  write(store, 'f', ['before'])
  t.strictSame(await readUntil(follower, 'before'), ['before'])
  await own.kill()
  const reading = readUntil(follower, 'after')
  write(store, 'f', ['after'])
  await sleep(300)
  await own.start()
  t.strictSame(await reading, ['after'])
  follower.close()
  await store.close()
})

t.test('A wait ends by itself where nothing is written', async (t) => {
  const store = openStore()
  const follower = store.follow('f')
  await follower.begin()
  t.match(await follower.next(20), { lines: [], missed: 0 })
  const waiting = follower.next(WAIT_MS)
  follower.close()
  t.equal(await waiting, undefined)
  await store.close()
})
