import t from 'tap'
import { needsEngine, type PoolRig, startPool } from '../../fixtures/pool.ts'
import { eventually } from '../../fixtures/rest.ts'

await needsEngine(t)

const WAIT = `export const handler = async ({ ms = 0 }) => {
  await new Promise((resolve) => setTimeout(resolve, ms))
  return process.env.AWS_LAMBDA_INITIALIZATION_TYPE
}`

async function available({ pool }: PoolRig, name: string, count: number): Promise<void> {
  await eventually(`${count} of ${name}`, async () =>
    pool.provisioned.counts(name, '$LATEST').available === count ? true : undefined,
  )
}

t.test('room is made of sandboxes that nobody keeps, never of provisioned ones', async (t) => {
  const rig = await startPool({ maxSandboxes: 5, generic: 1 })
  t.teardown(() => rig.close())
  const [kept, ...others] = await Promise.all(
    ['kept', 'a', 'b', 'c'].map((name) => rig.deploy(WAIT, { name })),
  )
  if (!kept) throw new Error('There is no function')
  rig.pool.provisioned.want('kept', [{ fn: kept, count: 3 }])
  await available(rig, 'kept', 3)
  // More functions than places are left, one after the other: each takes the place of the one before.
  for (const fn of [...others, ...others]) t.equal((await rig.call(fn)).result, 'on-demand')
  t.equal(rig.pool.provisioned.counts('kept', '$LATEST').available, 3)
  const answers = await Promise.all([1, 2, 3].map(() => rig.call(kept, { ms: 200 })))
  for (const { result, answer } of answers) {
    t.equal(result, 'provisioned-concurrency')
    t.equal(answer.timings.start, 'warm')
  }
  rig.pool.provisioned.want('kept', [])
  await available(rig, 'kept', 0)
})

t.test(
  'while they start they use up no reserved concurrency, and when ready they go by it',
  async (t) => {
    const rig = await startPool({ maxSandboxes: 8, generic: 2 })
    t.teardown(() => rig.close())
    const fn = await rig.deploy(WAIT, { name: 'one', reservedConcurrency: 1 })
    await rig.call(fn)
    rig.pool.provisioned.want('one', [{ fn, count: 2 }])
    await eventually('they start', async () =>
      rig.pool.provisioned.counts('one', '$LATEST').allocated > 0 ? true : undefined,
    )
    const request = { functionName: 'one', event: Buffer.from('{}') }
    const during = await rig.pool.invoke(fn, { ...request, id: 'during', atOnce: true })
    t.equal(during.timings.start, 'warm')
    await available(rig, 'one', 2)
    const long = rig.call(fn, { ms: 500 })
    await t.rejects(rig.pool.invoke(fn, { ...request, id: 'second', atOnce: true }), {
      code: 'TooManyRequests',
    })
    await long
  },
)
