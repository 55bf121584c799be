import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Engine } from '../../scheduler/engine.ts'
import { EngineWire } from '../fixtures/engine-wire.ts'
import { engineIsMissing } from '../fixtures/pool.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

t.test('an engine that hangs is given up, and the connection to it with it', async (t) => {
  const path = join(await temporaryFolder(t), 'engine.sock')
  const hanging = createServer((socket) => socket.on('error', () => undefined).resume())
  hanging.listen(path)
  await once(hanging, 'listening')
  t.teardown(() => hanging.close())
  const engine = Engine.open(`unix://${path}`)
  await t.rejects(engine.ping(), { code: 'EngineUnavailable' })
  await new Promise((resolve) => setTimeout(resolve, 50))
  const open = await new Promise((resolve) => hanging.getConnections((_, n) => resolve(n)))
  t.equal(open, 0)
})

const skip = await engineIsMissing()

async function wired(t: Test) {
  const wire = await new EngineWire(join(await temporaryFolder(t), 'engine.sock')).listen()
  t.teardown(() => wire.close())
  return { wire, engine: Engine.open(`unix://${wire.path}`) }
}

t.test(
  'a call that changes nothing is repeated where its connection broke',
  { skip },
  async (t) => {
    const { wire, engine } = await wired(t)
    wire.dropNext = 1
    t.type(await engine.list(['hearth.node=nobody']), Array)
    t.equal(wire.requests.length, 2)
    t.match(engine.callTallies(), { list: { calls: 1, repeated: 1, unanswered: 0, running: 0 } })
    wire.dropNext = 2
    await t.rejects(engine.list(['hearth.node=nobody']), { code: 'EngineUnavailable' })
    t.match(engine.callTallies(), { list: { calls: 2, repeated: 2, unanswered: 1 } })
  },
)

t.test('one that may have been done is not', { skip }, async (t) => {
  const { wire, engine } = await wired(t)
  wire.dropNext = 1
  await t.rejects(engine.create({ Image: 'none' } as never), { code: 'EngineUnavailable' })
  t.equal(wire.requests.length, 1)
  t.match(engine.callTallies(), { create: { calls: 1, repeated: 0, unanswered: 1, refused: 0 } })
})

t.test('calls are counted by what became of them', { skip }, async (t) => {
  const { wire, engine } = await wired(t)
  await engine.ping()
  t.equal(await engine.imageId('no-such-image:x'), undefined)
  await engine.remove('0'.repeat(64))
  wire.mode = 'frozen'
  const pending = engine.ping()
  t.match(engine.callTallies(), { ping: { calls: 2, running: 1 } })
  await t.rejects(pending, { code: 'EngineUnavailable' })
  const { ping, inspect, remove } = engine.callTallies()
  t.match(ping, { calls: 2, running: 0, unanswered: 1, late: 1, refused: 0 })
  t.ok((ping?.maxMs ?? 0) >= 1000 && (ping?.totalMs ?? 0) >= (ping?.maxMs ?? 0))
  t.match(inspect, { calls: 1, refused: 1, unanswered: 0 })
  t.match(remove, { calls: 1, refused: 1 })
})
