import { setImmediate as breath } from 'node:timers/promises'
import t from 'tap'
import { HearthError } from '../../core/errors.ts'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import { Catalogue } from '../../scheduler/catalogue.ts'
import { catalogued, noVersions } from '../fixtures/catalogued.ts'

const HOUR_MS = 3600_000

/** A catalogue with a clock and a store of the test's own. */
class Rig {
  now = 1e12
  reads = 0
  /** What the store has, by name; an error is what it throws. */
  readonly stored = new Map<string, string | Error>()
  readonly catalogue = new Catalogue(
    {
      load: async (name) => {
        this.reads += 1
        const state = this.stored.get(name)
        if (state instanceof Error) throw state
        if (state === undefined) throw new HearthError('FunctionNotFound', { name })
        const definition = { name } as FunctionDefinition
        return catalogued({ definition, environment: { STATE: state } })
      },
      loadVersion: noVersions,
    },
    () => this.now,
  )
}

async function stateOf({ catalogue }: Rig, name: string): Promise<unknown> {
  return (await catalogue.find(name)).environment.STATE
}

t.test('a function is read once, and a refresh is seen by the next use', async (t) => {
  const of = new Rig()
  of.stored.set('f', 'one')
  t.equal(await stateOf(of, 'f'), 'one')
  of.stored.set('f', 'two')
  t.equal(await stateOf(of, 'f'), 'one')
  await of.catalogue.refresh('f')
  t.equal(of.catalogue.known('f')?.environment.STATE, 'two')
  t.equal(of.reads, 2)
  await t.rejects(of.catalogue.find('g'), { code: 'FunctionNotFound' })
})

t.test('past an hour it is read anew beside its use', async (t) => {
  const of = new Rig()
  of.stored.set('f', 'one')
  await of.catalogue.find('f')
  of.stored.set('f', 'two')
  of.now += 2 * HOUR_MS
  t.equal(of.catalogue.known('f')?.environment.STATE, 'one', 'nobody waits')
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(of.catalogue.known('f')?.environment.STATE, 'two')
})

t.test('a function that slept through its credentials is read before its next use', async (t) => {
  const of = new Rig()
  of.stored.set('f', 'one')
  await of.catalogue.find('f')
  of.stored.set('f', 'two')
  of.now += 24 * HOUR_MS
  const states = await Promise.all([stateOf(of, 'f'), stateOf(of, 'f')])
  t.same(states, ['two', 'two'])
  t.equal(of.reads, 2, 'who comes at the same time shares the read')
})

t.test('while the store is away a stale one goes on, and is read again soon', async (t) => {
  const of = new Rig()
  of.stored.set('f', 'one')
  await of.catalogue.find('f')
  of.stored.set('f', new HearthError('RedisUnavailable'))
  of.now += 24 * HOUR_MS
  t.equal(await stateOf(of, 'f'), 'one')
  t.equal(of.catalogue.known('f')?.environment.STATE, 'one', 'without a second wait')
  of.stored.set('f', 'two')
  of.now += 60_000
  t.equal(await stateOf(of, 'f'), 'two')
})

t.test('after a lapsed lease nothing is believed unread', async (t) => {
  const of = new Rig()
  of.stored.set('f', 'one')
  await of.catalogue.find('f')
  of.stored.delete('f')
  of.catalogue.distrustAll()
  await t.rejects(of.catalogue.find('f'), { code: 'FunctionNotFound' })
})

t.test('what could not be read after a change is read again beside a later use', async (t) => {
  const of = new Rig()
  of.stored.set('f', 'one')
  await of.catalogue.find('f')
  of.stored.set('f', new HearthError('RedisUnavailable'))
  await t.rejects(of.catalogue.refresh('f'), { code: 'RedisUnavailable' })
  t.equal(of.catalogue.known('f')?.environment.STATE, 'one', 'warm calls go on')
  of.stored.set('f', 'two')
  of.now += 11_000
  of.catalogue.known('f')
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(of.catalogue.known('f')?.environment.STATE, 'two')
})

t.test('a version or an alias that it has not heard of yet is looked for, once', async (t) => {
  const latest = { definition: { name: 'f' } as FunctionDefinition, environment: {} }
  const one = { definition: { name: 'f', version: '1' } as FunctionDefinition, environment: {} }
  let stored = catalogued(latest)
  let reads = 0
  const catalogue = new Catalogue({
    load: async () => {
      reads += 1
      return stored
    },
    loadVersion: async () => one,
  })
  t.equal(await catalogue.find('f'), latest)
  const alias = {
    name: 'live',
    functionVersion: '1',
    description: '',
    weights: {},
    revisionId: 'a',
  }
  stored = { ...catalogued(latest), numbers: new Set(['1']), aliases: new Map([['live', alias]]) }
  t.equal(catalogue.known('f', 'live'), undefined)
  t.equal(await catalogue.find('f', 'live'), one)
  t.equal(reads, 2)
  await t.rejects(catalogue.find('f', 'none'), { code: 'FunctionNotFound', message: /"f:none"/ })
  t.equal(reads, 3)
})

t.test('who goes on asking for what is not there lets no reads pile up', async (t) => {
  const latest = { definition: { name: 'f' } as FunctionDefinition, environment: {} }
  let stored = catalogued(latest)
  let reads = 0
  const catalogue = new Catalogue({
    load: async () => {
      reads += 1
      await breath()
      return stored
    },
    loadVersion: async () => latest,
  })
  await catalogue.find('f')
  const asked = Array.from({ length: 100 }, () => catalogue.find('f', 'none'))
  const ends = await Promise.allSettled(asked)
  t.ok(ends.every(({ status }) => status === 'rejected'))
  t.equal(reads, 2)
  // A look that has begun already may have missed what came since: this one is not shared.
  const first = catalogue.find('f', 'live').catch(() => undefined)
  await breath()
  const alias = {
    name: 'live',
    functionVersion: '1',
    description: '',
    weights: {},
    revisionId: 'a',
  }
  stored = { ...catalogued(latest), numbers: new Set(['1']), aliases: new Map([['live', alias]]) }
  t.equal(await catalogue.find('f', 'live'), latest)
  await first
})
