import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import t from 'tap'
import { type PlatformFixture, startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'
import { containersWith } from '../fixtures/sandboxes.ts'

const run = promisify(execFile)

const nodeOf = (platform: PlatformFixture) =>
  readFileSync(join(platform.dataDir, 'node-id'), 'utf8').trim()

async function stateOf(platform: PlatformFixture, id: string) {
  const { body } = await rest<{ state: string; attempts: unknown[] }>(
    `${platform.url}/invocations/${id}`,
  )
  return body
}

async function invokeLater(
  platform: PlatformFixture,
  name: string,
  event: unknown,
): Promise<string> {
  const { status, body } = await rest<{ id: string }>(
    `${platform.url}/functions/${name}/invocations`,
    {
      body: event,
      headers: { prefer: 'respond-async' },
    },
  )
  if (status !== 202) throw new Error(`Answered ${status}: ${JSON.stringify(body)}`)
  return body.id
}

t.test('what the banner prints works as it is printed', async (t) => {
  const platform = await startPlatform()
  t.teardown(() => platform.stop())
  const lines = platform
    .output()
    .split('\n')
    .filter((line) => line.trim().startsWith('curl '))
  t.equal(lines.length, 2)
  const [deploy, call] = lines
  const deployed = await run('sh', ['-c', deploy ?? ''])
  t.match(JSON.parse(deployed.stdout), { name: 'hello', state: 'Active', version: '$LATEST' })
  const called = await run('sh', ['-c', call ?? ''])
  t.same(JSON.parse(called.stdout), { hello: 'world' })
  const docs = /The page of the API: (\S+)/.exec(platform.output())
  t.equal((await rest(docs?.[1] ?? '')).status, 200)
})

t.test(
  'SIGTERM lets a running call end and leaves no container and no child process',
  async (t) => {
    const platform = await startPlatform()
    t.teardown(() => platform.stop())
    const source =
      'export const handler = async () => { await new Promise((r) => setTimeout(r, 1500)); return "done" }'
    await rest(`${platform.url}/functions`, { body: { name: 'slow', source, timeoutSeconds: 10 } })
    const call = rest(`${platform.url}/functions/slow/invocations`, { body: {} })
    const node = nodeOf(platform)
    await eventually('the call runs', async () => {
      const { body } = await rest<{ dependencies: { scheduler: { sandboxes: { busy: number } } } }>(
        `${platform.url}/health/ready`,
      )
      return body.dependencies.scheduler.sandboxes.busy > 0 ? true : undefined
    })
    t.equal(await platform.end(), 0)
    t.equal((await call).text, '"done"')
    t.same(await containersWith(`hearth.node=${node}`), [])
    const { stdout } = await run('ps', ['-eo', 'args'])
    t.notMatch(stdout, platform.dataDir, 'no process of it is left')
  },
)

t.test('after a SIGKILL all that was accepted ends, and nothing is left over', async (t) => {
  const platform = await startPlatform({ RETRY_DELAY_SECONDS: '1' })
  t.teardown(() => platform.stop())
  const source = `export const handler = async (event) => {
    await new Promise((r) => setTimeout(r, event.ms))
    return event.n
  }`
  const limits = { timeoutSeconds: 30, reservedConcurrency: 5 }
  await rest(`${platform.url}/functions`, { body: { name: 'worker', source, ...limits } })
  const ids: string[] = []
  for (let n = 0; n < 55; n += 1) {
    ids.push(await invokeLater(platform, 'worker', { n, ms: n < 5 ? 4000 : 20 }))
  }
  await eventually('five run', async () => {
    const states = await Promise.all(ids.slice(0, 5).map((id) => stateOf(platform, id)))
    return states.every(({ state }) => state === 'running') ? true : undefined
  })
  const node = nodeOf(platform)
  const before = await containersWith(`hearth.node=${node}`)
  await platform.kill()
  await platform.start()
  const ends = await Promise.all(
    ids.map((id) =>
      eventually(
        `${id} ends`,
        async () => {
          const record = await stateOf(platform, id)
          return record.state === 'queued' || record.state === 'running' ? undefined : record.state
        },
        60_000,
      ),
    ),
  )
  t.same(new Set(ends), new Set(['succeeded']))
  const now = await eventually('the old containers are gone', async () => {
    const left = await containersWith(`hearth.node=${node}`)
    return left.some((id) => before.includes(id)) ? undefined : left
  })
  t.notOk(now.some((id) => before.includes(id)))
  await platform.end()
  t.same(await containersWith(`hearth.node=${node}`), [])
})

t.test('a data folder serves one platform at a time', async (t) => {
  const platform = await startPlatform()
  t.teardown(() => platform.stop())
  const second = await run(process.execPath, ['platform/main.ts'], {
    env: { ...process.env, DATA_DIR: platform.dataDir, PORT: '0' },
  }).catch((error: { code: number; stderr: string }) => error)
  t.match(second, { code: 1, stderr: new RegExp(`in use by process ${platform.pid}`) })
})

t.test('a second Ctrl-C ends what runs, and still leaves nothing', async (t) => {
  const platform = await startPlatform()
  t.teardown(() => platform.stop())
  const source = 'export const handler = () => new Promise((r) => setTimeout(r, 60_000))'
  await rest(`${platform.url}/functions`, { body: { name: 'slow', source, timeoutSeconds: 90 } })
  const call = rest(`${platform.url}/functions/slow/invocations`, { body: {} })
  await eventually('the call runs', async () => {
    const { body } = await rest<{
      dependencies: { scheduler: { sandboxes: { busy: number } } }
    }>(`${platform.url}/health/ready`)
    return body.dependencies.scheduler.sandboxes.busy > 0 ? true : undefined
  })
  const node = nodeOf(platform)
  process.kill(platform.pid, 'SIGINT')
  await wait(1000)
  process.kill(platform.pid, 'SIGINT')
  t.equal((await call).status, 503)
  await platform.end()
  t.same(await containersWith(`hearth.node=${node}`), [])
  const { stdout } = await run('ps', ['-eo', 'args'])
  t.notMatch(stdout, platform.dataDir, 'no process of it is left')
})

t.test('a start that cannot go on says why in one line', async (t) => {
  const platform = await startPlatform()
  t.teardown(() => platform.stop())
  const other = await mkdtemp(join(tmpdir(), 'hearth-test-'))
  t.teardown(() => rm(other, { recursive: true, force: true }))
  const taken = await run(process.execPath, ['platform/main.ts'], {
    env: { ...process.env, DATA_DIR: other, PORT: new URL(platform.url).port },
  }).catch((error: { code: number; stderr: string }) => error)
  t.match(taken, { code: 1, stderr: /^Hearth could not start. Port \d+ is taken: set PORT/ })
  const { stdout } = await run('ps', ['-eo', 'args'])
  t.notMatch(stdout, other, 'and leaves no process')
})
