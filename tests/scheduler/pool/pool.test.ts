import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { RunnableFunction } from '../../../scheduler/pool/pool.ts'
import { needsEngine, startPool } from '../../fixtures/pool.ts'

await needsEngine(t)

const rig = await startPool({ generic: 2, maxSandboxes: 10, queueMs: 15_000 })
t.teardown(() => rig.close())

/** Answers which sandbox ran it, after a while. */
const SLOW = `
const me = Math.random()
let running = 0
export const handler = async ({ ms = 300 }) => {
  running += 1
  const alone = running === 1
  await new Promise((resolve) => setTimeout(resolve, ms))
  running -= 1
  return { me, alone }
}`

async function many(fn: RunnableFunction, count: number, ms = 300) {
  const calls = await Promise.all(Array.from({ length: count }, () => rig.call(fn, { ms })))
  return calls.map(({ result, answer }) => ({
    ...(result as { me: number; alone: boolean }),
    ...answer,
  }))
}

async function until(what: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !what(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error('Waited too long')
  }
}

t.test('the pool keeps its generic sandboxes, and refills what is taken', async (t) => {
  await until(() => rig.pool.stats().generic === 2)
  const fn = await rig.deploy(SLOW)
  const { answer } = await rig.call(fn, { ms: 0 })
  t.equal(answer.timings.start, 'generic')
  t.ok(answer.timings.initMs > 0)
  await until(() => rig.pool.stats().generic === 2)
})

t.test(
  'invocations that wait start no more sandboxes than they may, one runs at a time in each',
  async (t) => {
    const fn = await rig.deploy(SLOW, { reservedConcurrency: 2 })
    const answers = await many(fn, 8, 100)
    t.ok(new Set(answers.map(({ me }) => me)).size <= 2)
    t.ok(answers.every(({ alone }) => alone))
  },
)

t.test('whichever sandbox is free first takes the next; the last used is used next', async (t) => {
  const fn = await rig.deploy(SLOW)
  await many(fn, 2)
  const [first] = await many(fn, 1, 0)
  for (let n = 0; n < 5; n += 1) {
    await sleep(5)
    const [next] = await many(fn, 1, 0)
    t.equal(next?.me, first?.me)
    t.equal(next?.timings.start, 'warm')
  }
})

t.test('calls one after the other need one sandbox, however soon the next one comes', async (t) => {
  const fn = await rig.deploy(SLOW)
  const sandboxes = new Set<unknown>()
  for (let n = 0; n < 5; n += 1) sandboxes.add((await many(fn, 1, 20))[0]?.me)
  t.equal(sandboxes.size, 1)
})

t.test('with reservedConcurrency 0 everything is refused', async (t) => {
  const fn = await rig.deploy(SLOW, { reservedConcurrency: 0 })
  await t.rejects(rig.call(fn), { code: 'TooManyRequests', retryAfterSeconds: 1 })
  t.equal(rig.pool.room(fn.definition), 0)
})

t.test('a function cannot take the whole pool from the others', async (t) => {
  const greedy = await rig.deploy(SLOW, { timeoutSeconds: 60 })
  const modest = await rig.deploy(SLOW)
  const flood = many(greedy, 40, 1000)
  await until(() => rig.pool.stats().busy >= 4)
  const { answer } = await rig.call(modest, { ms: 0 })
  t.notOk(answer.functionError)
  t.ok(rig.pool.stats().busy <= 10)
  t.equal((await flood).length, 40)
})

t.test('a full pool makes room by sending away who was idle longest', async (t) => {
  const functions = await Promise.all(Array.from({ length: 12 }, () => rig.deploy(SLOW)))
  for (const fn of functions) t.notOk((await rig.call(fn, { ms: 0 })).answer.functionError)
  const { generic, idle, busy, starting } = rig.pool.stats()
  t.ok(generic + idle + busy + starting <= 10)
  const [oldest, newest] = [functions.at(0), functions.at(-1)] as RunnableFunction[]
  t.equal((await rig.call(newest as RunnableFunction, { ms: 0 })).answer.timings.start, 'warm')
  t.not((await rig.call(oldest as RunnableFunction, { ms: 0 })).answer.timings.start, 'warm')
})

t.test('larger memory, and what Node reads at boot, get a container of their own', async (t) => {
  const source = `import v8 from 'node:v8'
    export const handler = async () => ({ heapMb: v8.getHeapStatistics().heap_size_limit / 2 ** 20, options: process.env.NODE_OPTIONS, gc: typeof globalThis.gc })`
  const large = await rig.call(await rig.deploy(source, { memoryMb: 2048 }))
  t.equal(large.answer.timings.start, 'new')
  t.ok((large.result as { heapMb: number }).heapMb > 1500)
  const tuned = await rig.call(
    await rig.deploy(source, { environment: { NODE_OPTIONS: '--expose-gc' } }),
  )
  t.equal(tuned.answer.timings.start, 'new')
  t.equal((tuned.result as { gc: string }).gc, 'function')
})

t.test('NODE_OPTIONS may load a file of the package', async (t) => {
  const files = {
    'index.mjs': 'export const handler = async () => globalThis.traced',
    'trace.cjs': 'globalThis.traced = "yes"',
  }
  const environment = { NODE_OPTIONS: '--require /var/task/trace.cjs' }
  t.equal((await rig.call(await rig.deploy(files, { environment }))).result, 'yes')
})

t.test('a package of many files is there as a whole, in every sandbox', async (t) => {
  const files: Record<string, string> = {
    'index.mjs': `import { readdirSync } from 'node:fs'
      export const handler = async () => { await new Promise((r) => setTimeout(r, 200)); return readdirSync('/var/task/lib', { recursive: true }).length }`,
  }
  for (let n = 0; n < 500; n += 1) files[`lib/${n}.js`] = `module.exports = ${n}`
  const fn = await rig.deploy(files)
  await rig.pool.prepare(fn)
  const results = await Promise.all([rig.call(fn), rig.call(fn), rig.call(fn)])
  t.strictSame(
    results.map(({ result }) => result),
    [500, 500, 500],
  )
})

t.test('a new revision takes over without a failed call, and no old answer follows', async (t) => {
  const name = `deployed-${randomUUID()}`
  const version = (n: number) =>
    rig.deploy(
      `export const handler = async () => { await new Promise((r) => setTimeout(r, 5)); return ${n} }`,
      { name },
    )
  let current = await version(0)
  let stopped = false
  const wrong: unknown[] = []
  const caller = async () => {
    for (let least = 0; !stopped; ) {
      least = Number(current.definition.description)
      const { result } = await rig.call(current).catch((error: unknown) => ({ result: error }))
      if (typeof result !== 'number' || result < least) wrong.push(result)
    }
  }
  const callers = [caller(), caller(), caller()]
  for (let n = 1; n <= 5; n += 1) {
    const next = await version(n)
    await rig.pool.prepare(next)
    current = { ...next, definition: { ...next.definition, description: String(n) } }
    rig.pool.retire(name, ({ revisionId }) => revisionId === current.definition.revisionId)
    await sleep(100)
  }
  stopped = true
  await Promise.all(callers)
  t.strictSame(wrong, [])
  rig.pool.retire(name, () => false)
  await until(() => rig.pool.stats().busy === 0)
  t.not((await rig.call(current)).answer.timings.start, 'warm', 'of what was retired nothing stays')
})

t.test('what runs when its revision is retired ends in peace, and is not used again', async (t) => {
  const fn = await rig.deploy(SLOW)
  const running = rig.call(fn, { ms: 400 })
  await until(() => rig.pool.stats().busy === 1)
  rig.pool.retire(fn.definition.name, () => false)
  t.ok((await running).result)
  await until(() => rig.pool.stats().busy === 0)
  t.not((await rig.call(fn, { ms: 0 })).answer.timings.start, 'warm')
})

t.test('who listens hears when something gets free, and how much', async (t) => {
  const fn = await rig.deploy(SLOW, { reservedConcurrency: 1 })
  t.ok(rig.pool.room(fn.definition) <= 1)
  let heard = 0
  const stop = rig.pool.onRoom(() => {
    heard += 1
  })
  const running = rig.call(fn, { ms: 300 })
  await until(() => rig.pool.stats().busy > 0)
  t.equal(rig.pool.room(fn.definition), 0)
  await running
  await until(() => heard > 0)
  t.equal(rig.pool.room(fn.definition), 1)
  stop()
})

t.test('a sandbox whose container is taken away is noticed and not used', async (t) => {
  const fn = await rig.deploy(SLOW)
  await rig.call(fn, { ms: 0 })
  const listed = await rig.engine.list([`hearth.node=${rig.options.nodeId}`])
  await Promise.all(listed.map(({ containerId }) => rig.engine.remove(containerId)))
  await until(() => rig.pool.stats().idle === 0)
  const { result } = await rig.call(fn, { ms: 0 })
  t.ok(result)
})

t.test('a container with our name on it that is not in the table is removed', async (t) => {
  const spec = {
    Image: 'hearth-sandbox:latest',
    Entrypoint: ['sleep', '600'],
    Labels: {
      'hearth.node': rig.options.nodeId,
      'hearth.boot': 'an older one',
      'hearth.sandbox': 'x',
    },
    HostConfig: { NetworkMode: 'none', CgroupnsMode: 'private' as const },
  }
  const stray = await rig.engine.create(spec)
  await rig.engine.start(stray)
  const isThere = async () =>
    (await rig.engine.list([`hearth.node=${rig.options.nodeId}`])).some(
      (one) => one.containerId === stray,
    )
  t.ok(await isThere())
  for (const deadline = Date.now() + 20_000; (await isThere()) && Date.now() < deadline; )
    await sleep(100)
  t.notOk(await isThere())
})

t.test('closing lets what runs end, refuses what waits, and leaves nothing', async (t) => {
  const own = await startPool({ generic: 1, maxSandboxes: 2 })
  const fn = await own.deploy(SLOW, { reservedConcurrency: 1 })
  await own.call(fn, { ms: 0 })
  const running = own.call(fn, { ms: 500 })
  await sleep(50)
  const waiting = own.call(fn, { ms: 0 })
  const refused = t.rejects(waiting, { code: 'ShuttingDown' })
  await own.pool.close(10_000)
  t.ok((await running).result)
  await refused
  await t.rejects(own.call(fn), { code: 'ShuttingDown' })
  t.strictSame(await own.engine.list([`hearth.node=${own.options.nodeId}`]), [])
  await own.close()
})

t.test('idle sandboxes leave after the idle time', async (t) => {
  const own = await startPool({ generic: 0, idleMs: 300 })
  await own.call(await own.deploy(SLOW), { ms: 0 })
  await until(() => own.pool.stats().idle === 1)
  for (const deadline = Date.now() + 10_000; own.pool.stats().idle > 0 && Date.now() < deadline; )
    await sleep(50)
  t.equal(own.pool.stats().idle, 0)
  await own.close()
})

t.test('no room within the limit is an error that says so', async (t) => {
  const own = await startPool({ generic: 1, maxSandboxes: 1, queueMs: 200 })
  const fn = await own.deploy(SLOW, { timeoutSeconds: 10 })
  const running = own.call(fn, { ms: 1500 })
  await sleep(100)
  await t.rejects(own.call(fn), {
    code: 'TooManyRequests',
    message: /no sandbox got free within 0.2 s/,
  })
  await running
  await own.close()
})

t.test('a busy sandbox is counted on for more only while it is short', async (t) => {
  const fn = await rig.deploy(
    'export const handler = (ms) => ms && new Promise((done) => setTimeout(done, ms))',
    { timeoutSeconds: 20, reservedConcurrency: 1 },
  )
  for (let warm = 0; warm < 30; warm += 1) await rig.call(fn, 0)
  const slow = rig.call(fn, 500)
  const room = () => rig.pool.room(fn.definition)
  t.ok(room() > 0, 'its next ones may be claimed ahead')
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.equal(room(), 0, 'until it takes longer than they do')
  await slow
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(room(), 1)
})
