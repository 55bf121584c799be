import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { HearthError } from '../../../core/errors.ts'
import type { Engine } from '../../../scheduler/engine.ts'
import { ContainerFreezer } from '../../../scheduler/pool/container-freezer.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const ID = 'ab'.repeat(32)

const RUNS = { 1: 'THAWED', 2: '0' } as const
const FROZEN = { 1: 'FROZEN', 2: '1' } as const

/** The files of a control group; of version 2 no process ever comes to stand still. */
async function group(t: Test, layout: string, version: 1 | 2 = 1) {
  const path = await temporaryFolder(t)
  const directory = join(path, layout)
  const order = join(directory, version === 1 ? 'freezer.state' : 'cgroup.freeze')
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'cgroup.events'), 'populated 1\nfrozen 0\n')
  await writeFile(order, RUNS[version])
  return { mount: { version, path }, order, state: () => readFileSync(order, 'utf8') }
}

function engineThat(does: Partial<Engine> = {}) {
  const asked: string[] = []
  const ask = (verb: 'freeze' | 'thaw' | 'inspect') => async (id: string) => {
    asked.push(verb)
    return (await does[verb]?.(id)) as never
  }
  return { asked, engine: { freeze: ask('freeze'), thaw: ask('thaw'), inspect: ask('inspect') } }
}

t.test('both layouts of the engine are found by the id alone', async (t) => {
  for (const layout of [`docker/${ID}`, `system.slice/docker-${ID}.scope`]) {
    const { mount, state } = await group(t, layout)
    const { asked, engine } = engineThat()
    const freezer = new ContainerFreezer({ engine, mounts: [mount] })
    t.equal(freezer.way, 'engine')
    await freezer.learn(ID)
    t.equal(freezer.way, 'cgroup-v1')
    await freezer.freeze(ID)
    t.equal(state(), FROZEN[1])
    await freezer.thaw(ID)
    t.equal(state(), RUNS[1])
    t.same(asked, [])
  }
})

t.test('where none is found the engine is asked, and after a few tries only that', async (t) => {
  const { asked, engine } = engineThat()
  const mount = { version: 2 as const, path: await temporaryFolder(t) }
  const freezer = new ContainerFreezer({ engine, mounts: [mount] })
  for (let starts = 0; starts < 9; starts += 1) await freezer.learn(ID)
  t.same(asked, ['inspect', 'inspect', 'inspect'])
  await freezer.freeze(ID)
  await freezer.thaw(ID)
  await freezer.release(ID)
  t.same(asked.slice(3), ['freeze', 'thaw'])
})

t.test('thawing is done when the call returns, and ends freezing that is under way', async (t) => {
  const { mount, state } = await group(t, `docker/${ID}`, 2)
  const freezer = new ContainerFreezer({ engine: engineThat().engine, mounts: [mount] })
  await freezer.learn(ID)
  const freezing = freezer.freeze(ID)
  t.equal(state(), FROZEN[2])
  const thawing = freezer.thaw(ID)
  t.equal(state(), RUNS[2])
  await t.resolves(thawing)
  await t.resolves(freezing)
})

t.test('what does not come to stand still is said', async (t) => {
  const { mount } = await group(t, `docker/${ID}`, 2)
  const freezer = new ContainerFreezer({ engine: engineThat().engine, mounts: [mount] })
  await freezer.learn(ID)
  const failure = { code: 'SandboxFailed', message: /did not stand still/ }
  await t.rejects(freezer.freeze(ID), failure)
})

t.test('by the engine, thawing waits for freezing that is under way', async (t) => {
  const asked = Promise.withResolvers<void>()
  const rig = engineThat({ freeze: () => asked.promise })
  const freezer = new ContainerFreezer({ engine: rig.engine, mounts: [] })
  const freezing = freezer.freeze(ID)
  const thawing = freezer.thaw(ID)
  await new Promise((resolve) => setImmediate(resolve))
  t.same(rig.asked, ['freeze'])
  asked.reject(new HearthError('EngineUnavailable'))
  await t.rejects(freezing, { code: 'EngineUnavailable' })
  await thawing
  t.same(rig.asked, ['freeze', 'thaw'], 'although it failed: it may have been done')
})

t.test('before a removal all that may be frozen is thawed, whoever froze it', async (t) => {
  const one = await group(t, `docker/${ID}`)
  const other = await group(t, `system.slice/docker-${ID}.scope`, 2)
  await writeFile(one.order, FROZEN[1])
  await writeFile(other.order, FROZEN[2])
  const { engine } = engineThat()
  const freezer = new ContainerFreezer({ engine, mounts: [one.mount, other.mount] })
  await freezer.release(ID)
  t.same([one.state(), other.state()], [RUNS[1], RUNS[2]])
  await t.resolves(freezer.release('cd'.repeat(32)), 'of what is gone it is no error')
})
