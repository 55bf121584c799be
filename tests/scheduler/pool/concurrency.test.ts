import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { streamAnswer } from '../../../core/links/answer-stream.ts'
import type { RunnableFunction } from '../../../scheduler/pool/pool.ts'
import { needsEngine, startPool } from '../../fixtures/pool.ts'

await needsEngine(t)

const rig = await startPool({ generic: 3, maxSandboxes: 6, queueMs: 15_000 })
t.teardown(() => rig.close())

/** Tells which sandbox ran it, and beside how many others. */
const COUNTING = `
const me = Math.random()
let running = 0
let most = 0
export const handler = async ({ ms = 0, say }) => {
  running += 1
  most = Math.max(most, running)
  if (say) console.log('begins ' + say)
  await new Promise((resolve) => setTimeout(resolve, ms))
  if (say) console.log('ends ' + say)
  running -= 1
  return { me, most }
}`

interface Counted {
  me: number
  most: number
}

async function many(fn: RunnableFunction, count: number, event: object) {
  return await Promise.all(Array.from({ length: count }, () => rig.call(fn, event)))
}

t.test('one sandbox runs as many at a time as its function wants, and no more', async (t) => {
  const fn = await rig.deploy(COUNTING, { concurrency: 4 })
  const first = await rig.call(fn)
  const calls = await many(fn, 4, { ms: 100 })
  const results = calls.map(({ result }) => result as Counted)
  t.same(new Set(results.map(({ me }) => me)), new Set([(first.result as Counted).me]))
  t.equal(Math.max(...results.map(({ most }) => most)), 4)
  const more = (await many(fn, 12, { ms: 100 })).map(({ result }) => result as Counted)
  t.equal(Math.max(...more.map(({ most }) => most)), 4)
  t.ok(new Set(more.map(({ me }) => me)).size <= 3, 'twelve need no more than three')
})

t.test('without a word of it, one runs one', async (t) => {
  const fn = await rig.deploy(COUNTING)
  const results = (await many(fn, 4, { ms: 50 })).map(({ result }) => result as Counted)
  t.equal(Math.max(...results.map(({ most }) => most)), 1)
})

t.test('a burst starts no more sandboxes than it fills', async (t) => {
  const fn = await rig.deploy(COUNTING, { concurrency: 10 })
  const results = (await many(fn, 20, { ms: 1500 })).map(({ result }) => result as Counted)
  t.equal(new Set(results.map(({ me }) => me)).size, 2)
})

t.test('the reserved concurrency counts invocations, not sandboxes', async (t) => {
  const fn = await rig.deploy(COUNTING, { concurrency: 4, reservedConcurrency: 2 })
  const results = (await many(fn, 6, { ms: 50 })).map(({ result }) => result as Counted)
  t.equal(Math.max(...results.map(({ most }) => most)), 2)
})

/** An answer does not wait for its last lines. */
async function reported(ids: string[]): Promise<void> {
  const isReported = (id: string) => rig.logs.of(id).some((line) => line.startsWith('REPORT'))
  while (!ids.every(isReported)) await sleep(10)
}

t.test('each has its own context and log', async (t) => {
  const source = `
    export const handler = async ({ n }, context) => {
      console.log('begins', n)
      await new Promise((resolve) => setTimeout(resolve, 50))
      setImmediate(() => {})
      await Promise.resolve()
      console.log('ends', n)
      return context.awsRequestId
    }`
  const fn = await rig.deploy(source, { concurrency: 8 })
  await rig.call(fn, { n: 'first' })
  const calls = await Promise.all([1, 2, 3, 4, 5].map((n) => rig.call(fn, { n })))
  await reported(calls.map(({ id }) => id))
  for (const [index, { id, result }] of calls.entries()) {
    t.equal(result, id)
    const n = index + 1
    const said = rig.logs.of(id).filter((line) => /begins|ends/.test(line))
    t.strictSame(
      said.map((line) => line.split('\t').slice(1).join(' ')),
      [`${id} INFO begins ${n}`, `${id} INFO ends ${n}`],
    )
    t.match(rig.logs.of(id)[0], /^START/)
    t.match(rig.logs.of(id).at(-1), /^REPORT/)
  }
})

/** Lines are slow to take; so more comes while they are read. */
function slowLogs(t: Test): void {
  const { write } = rig.logs
  t.teardown(() => {
    rig.logs.write = write
  })
  rig.logs.write = (functionName, entry) => {
    for (const since = performance.now(); performance.now() - since < 1; );
    write.call(rig.logs, functionName, entry)
  }
}

t.test('on a busy host too each line is between the START and REPORT of its own', async (t) => {
  const source = `
    export const handler = async ({ n }, context) => {
      console.log('begins', n)
      await new Promise((resolve) => setTimeout(resolve, 3 * Math.random()))
      console.log('ends', n)
    }`
  const fn = await rig.deploy(source, { concurrency: 8 })
  await rig.call(fn, { n: 'first' })
  slowLogs(t)
  for (let round = 0; round < 30; round += 1) {
    const calls = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => ({ n, id: (await rig.call(fn, { n })).id })),
    )
    await reported(calls.map(({ id }) => id))
    for (const { id, n } of calls) {
      const [start, begins, ends, end, report, ...more] = rig.logs.of(id)
      const wanted = [/^START/, `\tbegins ${n}`, `\tends ${n}`, /^END/, /^REPORT/]
      t.match([start, begins, ends, end, report], wanted)
      t.strictSame(more, [])
    }
  }
})

t.test('a line that comes after the end of its own is not of who runs meanwhile', async (t) => {
  const source = `
    export const handler = async ({ lateMs, ms = 0 }) => {
      if (lateMs) setTimeout(() => console.log('late'), lateMs)
      await new Promise((resolve) => setTimeout(resolve, ms))
    }`
  const fn = await rig.deploy(source, { concurrency: 4 })
  const [ended, running] = await Promise.all([
    rig.call(fn, { lateMs: 200 }),
    rig.call(fn, { ms: 1000 }),
  ])
  t.match(rig.logs.of(ended.id).at(-1), /\tINFO\tlate$/)
  t.notMatch(rig.logs.of(running.id).join('\n'), 'late')
})

const MIXED = `
export const handler = async ({ does, ms = 0 }) => {
  if (does === 'throw') throw new Error('of its own')
  if (does === 'crash') setTimeout(() => { throw new Error('of nobody') }, ms)
  if (does === 'exit') setTimeout(() => process.exit(3), ms)
  const takes = { hang: 60_000, slow: 1000 }[does] ?? 300
  await new Promise((resolve) => setTimeout(resolve, takes))
  return 'fine'
}`

t.test('an error of one is nothing to the others', async (t) => {
  const fn = await rig.deploy(MIXED, { concurrency: 4 })
  await rig.call(fn)
  const [fine, failed] = await Promise.all([rig.call(fn), rig.call(fn, { does: 'throw' })])
  t.equal(fine.result, 'fine')
  t.equal(failed.answer.functionError?.errorMessage, 'of its own')
  const bad = rig.pool.invoke(fn, {
    id: randomUUID(),
    functionName: fn.definition.name,
    event: Buffer.from('{'),
  })
  await t.rejects(bad, { code: 'InvalidJson' })
  t.equal((await rig.call(fn)).answer.timings.start, 'warm')
})

t.test('one whose time runs out takes none of the others with it', async (t) => {
  const fn = await rig.deploy(MIXED, { concurrency: 4, timeoutSeconds: 2 })
  await rig.call(fn)
  const late = rig.call(fn, { does: 'hang' })
  await sleep(1500)
  const fine = rig.call(fn, { does: 'slow' })
  t.equal((await late).answer.timedOut, true)
  t.equal((await fine).result, 'fine', 'it was under way, and came to its end')
  t.not((await rig.call(fn)).answer.timings.start, 'warm', 'nothing was begun there any more')
})

t.test('what ends the process ends all that run in it, each with an answer', async (t) => {
  for (const does of ['crash', 'exit']) {
    const fn = await rig.deploy(MIXED, { concurrency: 4 })
    await rig.call(fn)
    const calls = await Promise.all([rig.call(fn), rig.call(fn), rig.call(fn, { does, ms: 20 })])
    for (const { answer } of calls) {
      const { errorType, errorMessage } = answer.functionError ?? {}
      if (does === 'crash') t.equal(errorMessage, 'of nobody')
      else t.equal(errorType, 'Runtime.ExitError')
    }
    t.equal((await rig.call(fn)).result, 'fine')
  }
})

t.test('a callback that is never called is answered when nothing runs any more', async (t) => {
  const source = `
    export const handler = ({ ms }, context, callback) => {
      if (ms) setTimeout(() => callback(null, 'called'), ms)
    }`
  const fn = await rig.deploy(source, { concurrency: 4 })
  const calls = await Promise.all([rig.call(fn, { ms: 50 }), rig.call(fn, {}), rig.call(fn, {})])
  t.strictSame(
    calls.map(({ result }) => result),
    ['called', null, null],
  )
})

t.test('a callback that is called answers at once, whatever runs beside it', async (t) => {
  const source = `
    export const handler = ({ ms }, context, callback) => {
      setTimeout(() => callback(null, 'called'), ms)
    }`
  const fn = await rig.deploy(source, { concurrency: 4 })
  const long = rig.call(fn, { ms: 2000 })
  let isLongOver = false
  void long.then(() => {
    isLongOver = true
  })
  t.equal((await rig.call(fn, { ms: 20 })).result, 'called')
  t.notOk(isLongOver)
  await long
})

t.test(
  'what is written past the console while several run is nobody in particular’s',
  async (t) => {
    const source = `
    export const handler = async ({ say, ms }) => {
      if (say) process.stdout.write(say + '\\n')
      await new Promise((resolve) => setTimeout(resolve, ms))
    }`
    const fn = await rig.deploy(source, { concurrency: 4 })
    const alone = await rig.call(fn, { say: 'alone', ms: 20 })
    await Promise.all([
      rig.call(fn, { ms: 200 }),
      sleep(50).then(() => rig.call(fn, { say: 'beside', ms: 100 })),
    ])
    await sleep(50)
    const lineOf = (text: string) => rig.logs.lines.find((line) => line.text === text)
    t.equal(lineOf('alone')?.invocationId, alone.id)
    t.ok(lineOf('beside'))
    t.equal(lineOf('beside')?.invocationId, undefined)
  },
)

const STREAMING = `
  export const handler = awslambda.streamifyResponse(async ({ ms }, stream) => {
    stream.write('begun')
    await new Promise((resolve) => setTimeout(resolve, ms))
    stream.end()
  })`

t.test('streamed answers have a sandbox each, all at the same time', async (t) => {
  const fn = await rig.deploy(STREAMING, { concurrency: 50 })
  const streamed = () => {
    const request = {
      id: randomUUID(),
      functionName: fn.definition.name,
      event: Buffer.from('{"ms":1500}'),
    }
    return streamAnswer((stream) => rig.pool.invoke(fn, request, stream))
  }
  const answers = await Promise.all([streamed(), streamed(), streamed()])
  t.ok(rig.pool.stats().busy >= 3)
  for (const { done, chunks } of answers) {
    chunks.resume()
    t.equal((await done).functionError, undefined)
  }
})
