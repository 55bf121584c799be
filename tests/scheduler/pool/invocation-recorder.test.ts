import t from 'tap'
import type { EndedInvocation } from '../../../core/invocations/invocation-tally.ts'
import { needsEngine, startPool } from '../../fixtures/pool.ts'
import { eventually } from '../../fixtures/rest.ts'

await needsEngine(t)

const recorded: (EndedInvocation & { name: string })[] = []
const refusals: { name: string; code: unknown; id: string }[] = []
const rig = await startPool({
  recorder: {
    refused: ({ name }, error, { request: { id } }) => {
      refusals.push({ name, code: (error as { code?: unknown }).code, id })
    },
    ended: ({ name }, { durationMs, ...invocation }) => {
      recorded.push({ name, durationMs, ...invocation })
    },
  },
})
t.teardown(() => rig.close())

const SOURCE = `export const handler = async ({ how, mb }) => {
  if (how === 'throw') throw new TypeError('no')
  if (how === 'hang') await new Promise(() => setTimeout(() => {}, 60_000))
  if (how === 'hold') globalThis.held = Buffer.alloc(mb * 1024 * 1024, 1)
  return 1
}`

async function next(): Promise<EndedInvocation | undefined> {
  await eventually('it is recorded', async () => (recorded.length > 0 ? true : undefined))
  return recorded.shift()
}

t.test('each end is recorded as it was', async (t) => {
  const fn = await rig.deploy(SOURCE, { name: 'f', memoryMb: 512 })
  await rig.call(fn)
  const first = await next()
  t.match(first, { name: 'f', initMs: Number, maxMemoryMb: Number, timedOut: false })
  t.equal(first?.errorType, undefined)
  await rig.call(fn, { how: 'hold', mb: 200 })
  const holding = await next()
  t.equal(holding?.initMs, undefined, 'it was warm')
  const used = holding?.maxMemoryMb ?? 0
  t.ok(used >= 200 && used <= 512, `${used} MB`)
  await rig.call(fn, { how: 'throw' })
  t.match(await next(), { errorType: 'TypeError', timedOut: false })
  await rig.call(fn, { how: 'hold', mb: 900 })
  t.match(await next(), { errorType: 'Runtime.OutOfMemory' })
  const hasty = await rig.deploy(SOURCE, { name: 'hasty', timeoutSeconds: 1 })
  await rig.call(hasty, { how: 'hang' })
  const late = await next()
  t.match(late, { errorType: 'Sandbox.Timedout', timedOut: true, maxMemoryMb: undefined })
  t.ok((late?.durationMs ?? 0) >= 1000)
  t.equal(recorded.length, 0, 'each of them once')
})

t.test('a function that cannot be loaded has ended too', async (t) => {
  await rig.call(await rig.deploy('export const handlr = 1', { name: 'broken' }))
  t.match(await next(), { name: 'broken', errorType: 'Runtime.HandlerNotFound', initMs: Number })
})

t.test('what was no JSON has not run', async (t) => {
  const fn = await rig.deploy(SOURCE, { name: 'g' })
  const request = { id: 'bad', functionName: 'g', event: Buffer.from('{') }
  await t.rejects(rig.pool.invoke(fn, request), { code: 'InvalidJson' })
  await rig.call(fn)
  t.match(await next(), { name: 'g', errorType: undefined })
  t.equal(recorded.length, 0)
  t.strictSame(refusals.splice(0), [{ name: 'g', code: 'InvalidJson', id: 'bad' }])
})

t.test('an invocation in a sandbox that was kept ready says so', async (t) => {
  const fn = await rig.deploy(SOURCE, { name: 'kept' })
  rig.pool.provisioned.want('kept', [{ fn, count: 1 }])
  await eventually('it is ready', async () =>
    rig.pool.provisioned.counts('kept', '$LATEST').available === 1 ? true : undefined,
  )
  await rig.call(fn)
  t.match(await next(), { name: 'kept', isProvisioned: true, initMs: undefined })
})

t.test('what finds no room is told as refused, once', async (t) => {
  const fn = await rig.deploy(SOURCE, { name: 'closed', reservedConcurrency: 0 })
  const request = { id: 'none', functionName: 'closed', event: Buffer.from('{}') }
  await t.rejects(rig.pool.invoke(fn, request), { code: 'TooManyRequests' })
  t.strictSame(refusals.splice(0), [{ name: 'closed', code: 'TooManyRequests', id: 'none' }])
})

t.test('what the pool cannot run any more as it closes is told as refused', async (t) => {
  const fn = await rig.deploy(SOURCE, { name: 'late', timeoutSeconds: 30 })
  await rig.call(fn)
  await next() // It is told after its answer.
  const request = { id: 'running', functionName: 'late', event: Buffer.from('{"how":"hang"}') }
  const running = rig.pool.invoke(fn, request)
  running.catch(() => undefined)
  await rig.pool.close(0)
  await t.rejects(running, { code: 'ShuttingDown' })
  await t.rejects(rig.pool.invoke(fn, { ...request, id: 'later' }), { code: 'ShuttingDown' })
  t.strictSame(refusals, [
    { name: 'late', code: 'ShuttingDown', id: 'running' },
    { name: 'late', code: 'ShuttingDown', id: 'later' },
  ])
  t.strictSame(recorded, [])
})
