import t from 'tap'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import type { CataloguedFunction } from '../../scheduler/catalogue.ts'
import { wantedVersions } from '../../scheduler/provisioned-functions.ts'
import { catalogued } from '../fixtures/catalogued.ts'

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
      provisioned: new Map(Object.entries(provisioned)),
    }
    t.strictSame(Object.fromEntries(wantedVersions(found)), wanted)
  })
}
