import t from 'tap'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import type { InvokeAnswer } from '../../core/links/invoke-link.ts'
import { Catalogue } from '../../scheduler/catalogue.ts'
import type { Driver } from '../../scheduler/pool/driver.ts'
import type { Pool, RunnableFunction } from '../../scheduler/pool/pool.ts'
import { Scheduler } from '../../scheduler/scheduler.ts'
import { catalogued, noVersions } from '../fixtures/catalogued.ts'

t.test('a deployment that is overtaken keeps the sandboxes of the later one', async (t) => {
  let revisionId = 'first'
  const of = (name: string, revision: string) =>
    ({ name, version: '$LATEST', revisionId: revision }) as FunctionDefinition
  const catalogue = new Catalogue({
    load: async (name) => catalogued({ definition: of(name, revisionId), environment: {} }),
    loadVersion: noVersions,
  })
  const unpacked = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const kept: string[] = []
  const pool: Pick<Pool, 'prepare' | 'retire'> = {
    prepare: async ({ definition }: RunnableFunction) => {
      if (definition.revisionId !== 'first') return
      begun.resolve()
      await unpacked.promise
    },
    retire: (name, isKept) => {
      kept.push(['first', 'second'].filter((revision) => isKept(of(name, revision))).join())
    },
  }
  const changed: string[] = []
  const scheduler = new Scheduler({
    catalogue,
    pool: pool as Pool,
    driver: {} as Driver,
    workerRestarts: () => 0,
    invocationMetrics: () => [],
    provisioned: async () => [],
    diagnose: async () => [],
    changed: async (name) => void changed.push(name),
  })
  const first = scheduler.announce('f')
  await begun.promise
  revisionId = 'second'
  await scheduler.announce('f')
  unpacked.resolve()
  await first
  t.same(kept, ['second', 'second'])
  t.same(changed, ['f', 'f'])
})

t.test('an invocation behind which too many stand is not run, and the error says so', async (t) => {
  const ran: (number | undefined)[] = []
  const pool: Pick<Pool, 'invoke'> = {
    invoke: async (_fn, { depth }) => {
      ran.push(depth)
      return {} as InvokeAnswer
    },
  }
  const definition = { name: 'f', revisionId: '1' } as FunctionDefinition
  const scheduler = new Scheduler({
    catalogue: new Catalogue({
      load: async () => catalogued({ definition, environment: {} }),
      loadVersion: noVersions,
    }),
    pool: pool as Pool,
    driver: {} as Driver,
    changed: async () => undefined,
    workerRestarts: () => 0,
    invocationMetrics: () => [],
    provisioned: async () => [],
    diagnose: async () => [],
  })
  const request = { id: 'i', functionName: 'f', event: Buffer.from('{}') }
  for (const depth of [undefined, 1, 15]) {
    await scheduler.invoke({ ...request, ...(depth !== undefined && { depth }) })
  }
  for (const depth of [16, 17, 1000]) {
    await t.rejects(scheduler.invoke({ ...request, depth }), {
      code: 'RecursiveInvocation',
      message: new RegExp(`Function "f" was not run: ${depth} invocations stand behind`),
    })
  }
  t.same(ran, [undefined, 1, 15])
})

t.test('a function whose loops are allowed runs on at any depth', async (t) => {
  const definition = { name: 'f', revisionId: '1' } as FunctionDefinition
  const pool: Pick<Pool, 'invoke'> = {
    invoke: async () => ({ executedVersion: '$LATEST' }) as InvokeAnswer,
  }
  const scheduler = new Scheduler({
    catalogue: new Catalogue({
      load: async () => ({ ...catalogued({ definition, environment: {} }), mayLoop: true }),
      loadVersion: noVersions,
    }),
    pool: pool as Pool,
    driver: {} as Driver,
    changed: async () => undefined,
    workerRestarts: () => 0,
    invocationMetrics: () => [],
    provisioned: async () => [],
    diagnose: async () => [],
  })
  const request = { id: 'i', functionName: 'f', event: Buffer.from('{}'), depth: 1000 }
  t.equal((await scheduler.invoke(request)).executedVersion, '$LATEST')
})

t.test('a state that has the sandboxes of the one before keeps them', async (t) => {
  const state = (revisionId: string, sandboxRevisionId?: string) =>
    ({
      name: 'f',
      version: '$LATEST',
      revisionId,
      ...(sandboxRevisionId !== undefined && { sandboxRevisionId }),
    }) as FunctionDefinition
  const kept: boolean[] = []
  const pool: Pick<Pool, 'prepare' | 'retire'> = {
    prepare: async () => undefined,
    retire: (_name, isKept) => {
      kept.push(isKept(state('first')), isKept(state('other')))
    },
  }
  const scheduler = new Scheduler({
    catalogue: new Catalogue({
      load: async () => catalogued({ definition: state('second', 'first'), environment: {} }),
      loadVersion: noVersions,
    }),
    pool: pool as Pool,
    driver: {} as Driver,
    changed: async () => undefined,
    workerRestarts: () => 0,
    invocationMetrics: () => [],
    provisioned: async () => [],
    diagnose: async () => [],
  })
  await scheduler.announce('f')
  t.same(kept, [true, false])
})
