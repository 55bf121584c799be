import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { Engine } from '../../scheduler/engine.ts'
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
