import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { refusedStart } from '../fixtures/refused-start.ts'
import { eventually, rest } from '../fixtures/rest.ts'
import { S3_MODULE } from '../fixtures/s3-function.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const isRoot = process.getuid?.() === 0
const LOUD = /NOTHING IS ISOLATED/
const NO_ENGINE = 'unix:///nowhere/engine.sock'

const platform = await startPlatform({ SANDBOX_DRIVER: 'process', POOL_GENERIC: '2' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

interface Health {
  dependencies: { scheduler: { driver: string; detail: string } }
}

function driverOf(dataDir: string): string {
  return JSON.parse(readFileSync(join(dataDir, 'platform.json'), 'utf8')).driver
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

t.test('it says loudly that nothing is isolated', async (t) => {
  t.match(platform.output(), LOUD)
  t.match(platform.output(), /sandboxes\s+process \(SANDBOX_DRIVER=process\)/)
  const { status, body } = await rest<Health>(`${platform.url}/health/ready`)
  t.equal(status, 200)
  t.match(body.dependencies.scheduler, { driver: 'process', detail: /nothing is isolated/ })
})

t.test('functions run, log and fail as in containers', async (t) => {
  await functions.create('hello', 'export const handler = async ({ name }) => ({ hello: name })')
  t.same((await functions.call('hello', { name: 'world' })).body, { hello: 'world' })
  t.match(await functions.ended(await functions.accept('hello', { name: 'later' })), {
    state: 'succeeded',
    result: { hello: 'later' },
  })
  await functions.create(
    'failing',
    'export const handler = async () => { console.log("before it"); throw new RangeError("own") }',
  )
  const failed = await functions.call('failing')
  t.match(failed, {
    status: 502,
    body: {
      error: { code: 'FunctionFailed' },
      functionError: { errorType: 'RangeError', errorMessage: 'own' },
    },
  })
  const invocation = failed.headers.get('x-invocation-id')
  const text = await eventually('its log is there', async () => {
    const { body } = await rest<{ lines: { text: string }[] }>(
      `${platform.url}/functions/failing/logs?invocation=${invocation}`,
    )
    const lines = body.lines.map((line) => line.text).join('\n')
    return /REPORT/.test(lines) ? lines : undefined
  })
  t.match(text, /START.*before it.*END.*REPORT/s)
})

t.test('a process that does not answer in time is killed and replaced', async (t) => {
  await functions.create(
    'stuck',
    `export const handler = async ({ stick }) => {
      if (stick) for (;;);
      return process.pid
    }`,
    { timeoutSeconds: 1 },
  )
  const { body: pid } = await functions.call<number>('stuck')
  t.match(await functions.call('stuck', { stick: true }), {
    status: 504,
    body: { error: { code: 'FunctionTimedOut', message: /within 1 second/ } },
  })
  await eventually('it is gone', async () => (isAlive(pid) ? undefined : true))
  const next = await functions.call<number>('stuck')
  t.equal(next.status, 200)
  t.not(next.body, pid)
})

t.test('storage is reached with the credentials of the function alone', async (t) => {
  for (const bucket of ['mine', 'other']) {
    await rest(`${platform.url}/buckets/${bucket}`, { method: 'PUT' })
  }
  await functions.create('storing', '', {
    timeoutSeconds: 10,
    buckets: { read: ['mine'], write: ['mine'] },
    files: {
      's3.mjs': S3_MODULE,
      'index.mjs': `import { s3 } from './s3.mjs'
        export const handler = async () => [
          (await s3('PUT', 'mine', 'a/b c.txt', 'text')).status,
          (await s3('GET', 'mine', 'a/b c.txt')).text,
          (await s3('PUT', 'other', 'a.txt', 'text')).status,
        ]`,
    },
  })
  const { text } = await functions.call('storing')
  t.same(JSON.parse(text), [200, 'text', 403])
})

t.test('what the platform keeps is not readable by functions', { skip: !isRoot }, async (t) => {
  await functions.create(
    'curious',
    `import { execSync } from 'node:child_process'
     import { readdirSync, readFileSync } from 'node:fs'
     const tried = (work) => { try { work(); return 'done' } catch (error) { return error.code ?? 'failed' } }
     export const handler = async ({ dataDir, platform }) => ({
       uid: process.getuid(),
       gid: process.getgid(),
       secrets: tried(() => readFileSync(dataDir + '/secrets.json')),
       list: tried(() => readdirSync(dataDir)),
       redis: tried(() => readdirSync(dataDir + '/redis')),
       minio: tried(() => readdirSync(dataDir + '/minio')),
       packages: tried(() => readdirSync(dataDir + '/packages')),
       code: tried(() => readdirSync(dataDir + '/code')),
       environ: tried(() => readFileSync('/proc/' + platform + '/environ')),
       kill: tried(() => process.kill(platform, 0)),
       sudo: tried(() => execSync('cat ' + dataDir + '/secrets.json', { stdio: 'ignore' })),
     })`,
  )
  const { dataDir, pid } = platform
  const { body } = await functions.call<Record<string, unknown>>('curious', {
    dataDir,
    platform: pid,
  })
  t.match(body, {
    uid: 65_534,
    gid: 65_534,
    secrets: 'EACCES',
    list: 'EACCES',
    redis: 'EACCES',
    environ: 'EACCES',
    kill: 'EPERM',
  })
  t.not(body.sudo, 'done')
  t.not(body.minio, 'done', 'objects are read through S3 alone')
  t.not(body.packages, 'done')
  t.not(body.code, 'done')
})

t.test('it serves this machine only', async (t) => {
  const dataDir = await temporaryFolder(t, 'data')
  const environment = {
    DATA_DIR: dataDir,
    SANDBOX_DRIVER: 'process',
    HOST: '0.0.0.0',
    HEARTH_API_KEY: 'a-key-of-more-than-16',
  }
  const { code, said } = await refusedStart(environment)
  t.equal(code, 1)
  t.match(said, /HOST=0\.0\.0\.0.*not isolated.*SANDBOX_DRIVER=docker/)
})

t.test('a folder that has used docker never falls back to plain processes', async (t) => {
  const first = await startPlatform({ POOL_GENERIC: '0' })
  t.teardown(() => first.stop())
  t.equal(driverOf(first.dataDir), 'docker')
  t.notMatch(first.output(), LOUD)
  await first.end()
  const { dataDir } = first
  const { code, said } = await refusedStart({ DATA_DIR: dataDir, DOCKER_HOST: NO_ENGINE })
  t.equal(code, 1)
  t.match(said, /container engine/i)
  t.notMatch(said, LOUD)
  const chosen = await startPlatform({ DATA_DIR: dataDir, SANDBOX_DRIVER: 'process' })
  t.teardown(() => chosen.stop())
  t.match(chosen.output(), LOUD, 'who names it gets it')
  await chosen.end()
  t.equal(driverOf(dataDir), 'docker', 'and the folder still remembers')
  const after = await refusedStart({ DATA_DIR: dataDir, DOCKER_HOST: NO_ENGINE })
  t.equal(after.code, 1)
})

t.test('nothing of it runs on after it has ended', async (t) => {
  await functions.create('last', 'export const handler = async () => process.pid')
  const { body: pid } = await functions.call<number>('last')
  t.ok(isAlive(pid))
  t.equal(await platform.end(), 0)
  t.notOk(isAlive(pid))
})
