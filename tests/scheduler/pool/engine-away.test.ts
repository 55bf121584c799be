import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { Engine } from '../../../scheduler/engine.ts'
import { DockerDriver } from '../../../scheduler/pool/docker-driver.ts'
import { needsEngine, SANDBOX_IMAGE, startPool } from '../../fixtures/pool.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

await needsEngine(t)

type Mode = 'open' | 'cut' | 'frozen'

/** Stands between the pool and the real engine, and can be cut or frozen. */
class Wire {
  readonly path: string
  #mode: Mode = 'open'
  readonly #pairs = new Set<[Socket, Socket]>()
  readonly #server = createServer((socket) => this.#accept(socket))

  constructor(path: string) {
    this.path = path
  }

  /** For what is connected already, too. */
  set mode(mode: Mode) {
    this.#mode = mode
    for (const [socket, engine] of this.#pairs) {
      if (mode !== 'frozen') socket.destroy()
      socket.unpipe()
      engine.unpipe()
    }
  }

  async listen(): Promise<this> {
    this.#server.listen(this.path)
    await once(this.#server, 'listening')
    return this
  }

  close(): void {
    this.mode = 'cut'
    this.#server.close()
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined)
    if (this.#mode === 'cut') {
      socket.destroy()
      return
    }
    const engine = connect('/var/run/docker.sock')
    const pair: [Socket, Socket] = [socket, engine]
    this.#pairs.add(pair)
    engine.on('error', () => socket.destroy())
    socket.on('close', () => {
      engine.destroy()
      this.#pairs.delete(pair)
    })
    if (this.#mode === 'open') socket.pipe(engine).pipe(socket)
  }
}

for (const mode of ['cut', 'frozen'] as const) {
  t.test(
    `an engine that is ${mode}: warm calls go on, others are told at once, and all is well after`,
    async (t) => {
      const wire = await new Wire(join(await temporaryFolder(t), 'engine.sock')).listen()
      t.teardown(() => wire.close())
      const directory = await temporaryFolder(t, 'sandboxes')
      const engine = Engine.open(`unix://${wire.path}`)
      const driver = await DockerDriver.open({ engine, image: SANDBOX_IMAGE, directory })
      const rig = await startPool({ generic: 0, driver, directory })
      t.teardown(() => rig.close())
      const warm = await rig.deploy('export const handler = async () => "warm"')
      const cold = await rig.deploy('export const handler = async () => "cold"')
      t.equal((await rig.call(warm)).result, 'warm')

      wire.mode = mode
      const startedAt = Date.now()
      await t.rejects(rig.call(cold), { code: 'EngineUnavailable' })
      t.ok(Date.now() - startedAt < 2500, 'told within two seconds')
      await t.rejects(rig.call(cold), { code: 'EngineUnavailable' })
      t.equal((await rig.call(warm)).result, 'warm')

      wire.mode = 'open'
      let result: unknown
      for (const deadline = Date.now() + 20_000; result === undefined && Date.now() < deadline; ) {
        result = await rig.call(cold).then(
          (call) => call.result,
          () => new Promise((resolve) => setTimeout(() => resolve(undefined), 200)),
        )
      }
      t.equal(result, 'cold')
    },
  )
}

t.test(
  'an engine that cannot be reached, or lacks the image, fails the start with the reason',
  async (t) => {
    const directory = await temporaryFolder(t, 'sandboxes')
    const nobody = Engine.open(`unix://${join(directory, 'nobody.sock')}`)
    await t.rejects(DockerDriver.open({ engine: nobody, image: SANDBOX_IMAGE, directory }), {
      code: 'EngineUnavailable',
    })
    const engine = Engine.open()
    await t.rejects(DockerDriver.open({ engine, image: 'no-such-image:x', directory }), {
      code: 'SandboxFailed',
      message: /no image "no-such-image:x"/,
    })
    await t.rejects(
      DockerDriver.open({ engine, image: SANDBOX_IMAGE, directory, runtime: 'nope' }),
      {
        code: 'SandboxFailed',
        message: /no runtime "nope"/,
      },
    )
  },
)
