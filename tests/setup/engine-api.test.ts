import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { BASE_IMAGE } from '../../setup/base-image.ts'
import { run } from '../../setup/command.ts'
import { EngineApi } from '../../setup/engine-api.ts'
import { copyFromImage } from '../../setup/image-files.ts'
import { readSetupResult } from '../../setup/setup-result.ts'
import { tarOf } from '../../setup/tar-of.ts'

const { engine } = readSetupResult()
const skip = engine.state === 'missing' ? `no engine: ${engine.reason}` : false
const api = new EngineApi(engine.state === 'missing' ? 'unix:///nothing' : engine.value)

t.test(
  'an image is built without a network, found, and its files are copied out',
  { skip },
  async (t) => {
    const image = `hearth-test-${randomBytes(6).toString('hex')}:built`
    const context = t.testdir({ 'words.txt': 'hello' })
    writeFileSync(join(context, 'Dockerfile'), 'ARG BASE\nFROM $BASE\nCOPY words.txt /srv/\n')
    t.teardown(() => run(['docker', 'rmi', image], { deadlineMs: 30_000 }))
    await api.build(tarOf(context), {
      tags: [image],
      arguments: { BASE: BASE_IMAGE },
      network: 'none',
      deadlineMs: 60_000,
    })
    t.match(await api.imageId(image), /^sha256:/)
    const target = t.testdir()
    await copyFromImage(api, { image, path: '/srv/words.txt' }, target)
    t.equal(await run(['cat', join(target, 'words.txt')], { deadlineMs: 5000 }), 'hello')
  },
)

t.test('a build that fails rejects with what the engine said', { skip }, async (t) => {
  const context = t.testdir({ Dockerfile: `FROM ${BASE_IMAGE}\nRUN exit 7\n` })
  const options = { tags: ['hearth-test:never'], arguments: {}, deadlineMs: 60_000 }
  await t.rejects(api.build(tarOf(context), { ...options, network: 'none' }), {
    name: 'EngineApiError',
    message: /non-zero code: 7/,
  })
  t.equal(await api.imageId('hearth-test:never'), undefined)
})

t.test('files that are not in an image reject, and leave no container', { skip }, async (t) => {
  const from = { image: BASE_IMAGE, path: '/no/such/file' }
  await t.rejects(copyFromImage(api, from, t.testdir()), {
    name: 'EngineApiError',
    message: /^404/,
  })
  const left = [
    'docker',
    'ps',
    '-a',
    '--format',
    // Sandboxes of tests that run beside this one are made of the same base.
    '{{if not (.Label "hearth.sandbox")}}{{.ID}}{{end}}',
    '--filter',
    `ancestor=${BASE_IMAGE}`,
    '--filter',
    'status=created',
  ] as const
  t.equal((await run(left, { deadlineMs: 30_000 })).trim(), '')
})

t.test('an engine that is not there rejects', async (t) => {
  await t.rejects(new EngineApi('unix:///no/such.sock').version(), { name: 'EngineApiError' })
  await t.rejects(new EngineApi('tcp://127.0.0.1:1').version(), { name: 'EngineApiError' })
})

t.test('an engine that never answers is given up', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => silent.close())
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : 0
  await t.rejects(new EngineApi(`tcp://127.0.0.1:${port}`).version(), { name: 'EngineApiError' })
})
