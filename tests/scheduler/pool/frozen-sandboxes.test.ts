import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { HearthError } from '../../../core/errors.ts'
import { mountsHere } from '../../../scheduler/pool/container-freezer.ts'
import type { Driver } from '../../../scheduler/pool/driver.ts'
import type { RunnableFunction } from '../../../scheduler/pool/pool.ts'
import type { PoolOptions } from '../../../scheduler/pool/pool-options.ts'
import { type DriverChanges, driverWith, engineWith } from '../../fixtures/driver.ts'
import { needsEngine, type PoolRig, startPool } from '../../fixtures/pool.ts'
import { eventually } from '../../fixtures/rest.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

await needsEngine(t)

/** Goes on after its answer, and can be seen to. */
const TICKING = `
let ticks = 0
const me = crypto.randomUUID()
setInterval(() => { ticks += 1; console.log('tick') }, 5)
export const handler = async ({ ms = 0 }) => {
  await new Promise((resolve) => setTimeout(resolve, ms))
  return { me, ticks }
}`

type Result = { me: string; ticks: number }

async function rigWith(
  t: Test,
  of: { faults?: Partial<Driver>; driver?: DriverChanges; pool?: Partial<PoolOptions> } = {},
): Promise<PoolRig> {
  const directory = await temporaryFolder(t, 'sandboxes')
  const driver = await driverWith(directory, of.faults ?? {}, of.driver)
  const rig = await startPool({ driver, directory, generic: 1, freezeAfterMs: 50, ...of.pool })
  t.teardown(() => rig.close())
  return rig
}

async function frozen({ pool }: PoolRig, count = 1): Promise<void> {
  await eventually(`${count} are frozen`, async () =>
    pool.stats().frozen === count ? true : undefined,
  )
}

/** Clock ticks that the processes of all sandboxes with code have used up. */
function cpuTicks(containerIds: string[]): number {
  let ticks = 0
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const cgroups = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
      if (!containerIds.some((id) => cgroups.includes(id))) continue
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      ticks += Number(fields[11]) + Number(fields[12])
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks
}

const containersOf = ({ engine, options }: PoolRig) =>
  engine.list([`hearth.node=${options.nodeId}`])

const here = mountsHere()
const ways = [
  ...here.map((mount) => ({ way: `cgroup-v${mount.version}`, freezerMounts: [mount] })),
  { way: 'engine', freezerMounts: [] },
]

for (const { way, freezerMounts } of ways) {
  t.test(`frozen by ${way}, a sandbox uses no CPU, and goes on where it was`, async (t) => {
    const rig = await rigWith(t, { driver: { freezerMounts }, pool: { generic: 0 } })
    t.equal(rig.pool.engineReport().freezing, way)
    const fn = await rig.deploy(TICKING)
    const first = (await rig.call(fn)).result as Result
    await frozen(rig)
    t.same(rig.pool.stats().idle, 0)
    const ids = (await containersOf(rig)).map(({ containerId }) => containerId)
    // What it wrote before is read.
    await sleep(100)
    const before = { cpu: cpuTicks(ids), lines: rig.logs.lines.length }
    await sleep(700)
    const after = { cpu: cpuTicks(ids), lines: rig.logs.lines.length }
    t.same(after, before)
    t.ok(before.cpu > 0)
    let { ticks } = first
    for (let round = 0; round < 20; round += 1) {
      await frozen(rig)
      const { result, answer } = await rig.call(fn)
      const next = result as Result
      t.equal(answer.timings.start, 'thawed')
      t.equal(next.me, first.me)
      t.ok(next.ticks > ticks, 'its timers have gone on')
      ticks = next.ticks
    }
    t.equal((await rig.call(fn)).answer.timings.start, 'warm')
  })

  t.test(`frozen by ${way}, it is removed like any other`, async (t) => {
    const rig = await rigWith(t, { driver: { freezerMounts }, pool: { generic: 0 } })
    const fn = await rig.deploy(TICKING)
    await rig.call(fn)
    await frozen(rig)
    rig.pool.retire(fn.definition.name, () => false)
    await eventually('it is gone', async () =>
      (await containersOf(rig)).length === 0 ? true : undefined,
    )
    await rig.call(fn)
    await frozen(rig)
    await rig.pool.close(0)
    t.same(await containersOf(rig), [])
  })
}

for (const mount of here) {
  t.test(`by version ${mount.version}, the engine only removes what is thawed`, async (t) => {
    const states = new Map<string, string>()
    const file = mount.version === 1 ? 'freezer.state' : 'cgroup.freeze'
    const engine = engineWith((containerId) => {
      for (const layout of [`docker/${containerId}`, `system.slice/docker-${containerId}.scope`]) {
        try {
          states.set(containerId, readFileSync(join(mount.path, layout, file), 'utf8').trim())
        } catch {
          // The other layout.
        }
      }
    })
    const driver = { engine, freezerMounts: [mount] }
    const rig = await rigWith(t, { driver, pool: { generic: 0 } })
    await rig.call(await rig.deploy(TICKING))
    await frozen(rig)
    const [own] = await containersOf(rig)
    await rig.pool.close(0)
    t.equal(states.get(own?.containerId ?? ''), mount.version === 1 ? 'THAWED' : '0')
  })
}

/** In two sandboxes: both are there. */
async function twoAtOnce(rig: PoolRig, fn: RunnableFunction) {
  await eventually('two wait', async () => (rig.pool.stats().generic === 2 ? true : undefined))
  return await Promise.all([rig.call(fn, { ms: 300 }), rig.call(fn, { ms: 300 })])
}

t.test('a running one comes before a frozen one', async (t) => {
  const rig = await rigWith(t, { pool: { generic: 2 } })
  const fn = await rig.deploy(TICKING)
  await twoAtOnce(rig, fn)
  await frozen(rig, 2)
  const { result } = await rig.call(fn)
  for (let n = 0; n < 5; n += 1) {
    // It is free again a moment after its answer.
    await sleep(5)
    const next = await rig.call(fn)
    t.equal(next.answer.timings.start, 'warm')
    t.equal((next.result as Result).me, (result as Result).me)
  }
})

t.test('generic ones are not frozen; provisioned ones are, and count as ready', async (t) => {
  const rig = await rigWith(t)
  const fn = await rig.deploy(TICKING, { name: 'kept' })
  rig.pool.provisioned.want('kept', [{ fn, count: 2 }])
  await frozen(rig, 2)
  t.match(rig.pool.provisioned.counts('kept', '$LATEST'), { allocated: 2, available: 2 })
  t.equal(rig.pool.stats().generic, 1)
  t.equal((await rig.call(fn)).answer.timings.start, 'thawed')
})

t.test('with 0 none is frozen', async (t) => {
  const rig = await rigWith(t, { pool: { freezeAfterMs: 0 } })
  const fn = await rig.deploy(TICKING)
  await rig.call(fn)
  await sleep(700)
  t.match(rig.pool.stats(), { idle: 1, frozen: 0 })
})

t.test('where thawing fails the sandbox leaves, and its invocation goes to others', async (t) => {
  let refused = 0
  const thaw = async () => {
    refused += 1
    throw new HearthError('SandboxFailed', { reason: 'it stays frozen' })
  }
  const rig = await rigWith(t, { faults: { thaw }, pool: { generic: 2 } })
  const fn = await rig.deploy(TICKING)
  const two = await twoAtOnce(rig, fn)
  await frozen(rig, 2)
  const { result, answer } = await rig.call(fn)
  t.notOk(answer.functionError)
  t.not(answer.timings.start, 'thawed')
  t.notOk(two.some((one) => (one.result as Result).me === (result as Result).me))
  t.equal(refused, 2, 'one after the other, and neither was a try of the invocation')
  await eventually('they are gone', async () => {
    const { generic, idle } = rig.pool.stats()
    const containers = await containersOf(rig)
    return generic === 2 && idle + rig.pool.stats().frozen === 1 && containers.length === 3
      ? true
      : undefined
  })
})

t.test('where freezing fails it runs on, and is not asked again until it was called', async (t) => {
  let asked = 0
  let thawed = 0
  const faults: Partial<Driver> = {
    async freeze() {
      asked += 1
      throw new HearthError('SandboxFailed', { reason: 'unable to freeze' })
    },
    async thaw() {
      thawed += 1
    },
  }
  const rig = await rigWith(t, { faults })
  const fn = await rig.deploy(TICKING)
  await rig.call(fn)
  await eventually('it was asked', async () => (asked === 1 ? true : undefined))
  await sleep(700)
  t.same([asked, thawed], [1, 1], 'half of it may have stood still')
  t.equal(rig.pool.stats().idle, 1)
  t.equal((await rig.call(fn)).answer.timings.start, 'warm')
  await eventually('it was asked again', async () => (asked === 2 ? true : undefined))
})

t.test('an invocation that comes while it is being frozen wins', async (t) => {
  const asked = Promise.withResolvers<void>()
  const rig = await rigWith(t, { faults: { freeze: () => asked.promise } })
  const fn = await rig.deploy(TICKING)
  const first = (await rig.call(fn)).result as Result
  await frozen(rig)
  const { result, answer } = await rig.call(fn)
  t.equal((result as Result).me, first.me)
  t.equal(answer.timings.start, 'thawed')
  asked.reject(new HearthError('EngineUnavailable'))
  await sleep(50)
  t.equal((await rig.call(fn)).answer.timings.start, 'warm', 'whatever becomes of it')
})

t.test(
  'where thawing needs an engine that is away, the invocation is refused at once',
  async (t) => {
    const away = async () => {
      throw new HearthError('EngineUnavailable')
    }
    const rig = await rigWith(t, { faults: { thaw: away }, pool: { generic: 0 } })
    const fns = [await rig.deploy(TICKING), await rig.deploy(TICKING)]
    for (const fn of fns) await rig.call(fn)
    await frozen(rig, 2)
    const { driver } = rig.options
    const { ping } = driver
    driver.ping = away
    // By the first one it is found out; at the second it is known.
    for (const fn of fns) await t.rejects(rig.call(fn), { code: 'EngineUnavailable' })
    driver.ping = ping
  },
)
