import t from 'tap'
import { AttachmentStore } from '../../core/functions/attachment-store.ts'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import { FunctionStore } from '../../core/functions/function-store.ts'
import { createLogger } from '../../core/logs/logger.ts'
import type { CataloguedFunction } from '../../scheduler/catalogue.ts'
import { Catalogue } from '../../scheduler/catalogue.ts'
import { ProvisionedFunctions, wantedVersions } from '../../scheduler/provisioned-functions.ts'
import { catalogued, noVersions } from '../fixtures/catalogued.ts'
import { engineIsMissing, startPool } from '../fixtures/pool.ts'
import { startRedis } from '../fixtures/redis.ts'
import { eventually } from '../fixtures/rest.ts'

const alias = (name: string, functionVersion: string, weights: Record<string, number> = {}) =>
  [name, { name, functionVersion, weights, description: '', revisionId: '' }] as const
const aliases: CataloguedFunction['aliases'] = new Map([
  alias('live', '1'),
  alias('split', '1', { 2: 0.3 }),
  alias('little', '1', { 2: 0.1 }),
  alias('moved', '1', { 2: 1 }),
])

const CASES: [provisioned: Record<string, number>, wanted: Record<string, number>][] = [
  [{}, {}],
  [{ 1: 3 }, { 1: 3 }],
  [{ live: 3 }, { 1: 3 }],
  [
    { 1: 2, 2: 4 },
    { 1: 2, 2: 4 },
  ],
  [{ split: 10 }, { 1: 7, 2: 3 }],
  [{ little: 3 }, { 1: 3 }],
  [{ moved: 3 }, { 2: 3 }],
  [
    { 2: 1, split: 10 },
    { 1: 7, 2: 4 },
  ],
]

for (const [provisioned, wanted] of CASES) {
  t.test(`${JSON.stringify(provisioned)} wants ${JSON.stringify(wanted)}`, async (t) => {
    const latest = { definition: { name: 'f' } as FunctionDefinition, environment: {} }
    const found = {
      ...catalogued(latest),
      aliases,
      provisioned: new Map(
        Object.entries(provisioned).map(([qualifier, requested]) => [
          qualifier,
          { requested, lastModified: '' },
        ]),
      ),
    }
    t.strictSame(Object.fromEntries(wantedVersions(found, new Date())), wanted)
  })
}

t.test(
  'a window opens and closes in the pool by the clock, with Redis or without',
  { skip: await engineIsMissing() },
  async (t) => {
    const server = await startRedis()
    t.teardown(() => server.stop())
    const rig = await startPool({ generic: 1, maxSandboxes: 6 })
    t.teardown(() => rig.close())
    const fn = await rig.deploy('export const handler = () => 1', { name: 'f' })
    const attachments = new AttachmentStore(server.redis)
    await new FunctionStore(server.redis).create(fn.definition)
    const daily = { schedule: 'cron(0 8 * * ? *)', durationMinutes: 60, count: 2 }
    const value = { requested: 0, windows: [daily], lastModified: '' }
    await attachments.put({ functionName: 'f', kind: 'provisioned' }, value)
    let now = new Date('2026-01-30T07:59:59Z')
    const provisioned = new ProvisionedFunctions({
      catalogue: new Catalogue({
        load: async () => ({ ...catalogued(fn), provisioned: new Map([['$LATEST', value]]) }),
        loadVersion: noVersions,
      }),
      attachments,
      pool: rig.pool.provisioned,
      log: createLogger({ LOG_LEVEL: 'silent' }),
      now: () => now,
    })
    const kept = (count: number) =>
      eventually(`${count} are kept`, async () => {
        const { available } = rig.pool.provisioned.counts('f', '$LATEST')
        const [state] = await provisioned.states('f')
        return available === count && state?.available === count ? state : undefined
      })
    provisioned.start()
    t.teardown(() => provisioned.stop())
    t.match(await kept(0), { requested: 0 })
    now = new Date('2026-01-30T08:00:00Z')
    t.match(await kept(2), { requested: 2 })
    await server.kill()
    now = new Date('2026-01-30T09:00:00Z')
    t.match(await kept(0), { requested: 0 })
    now = new Date('2026-01-31T08:30:00Z')
    t.match(await kept(2), { requested: 2 })
  },
)
