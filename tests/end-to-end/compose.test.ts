import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import t from 'tap'
import { Client } from '../../cli/client.ts'
import { deploy } from '../../cli/deploy.ts'
import { readSetupResult } from '../../setup/setup-result.ts'
import { composeUp } from '../fixtures/compose.ts'
import { readDeclaration } from '../fixtures/declaration.ts'
import { EventStream } from '../fixtures/event-stream.ts'
import { exampleFolder, PACKAGES, samplePath } from '../fixtures/example.ts'
import { readExposition } from '../fixtures/exposition.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const run = promisify(execFile)
const { compose } = readSetupResult()
const skip = compose.state === 'ready' ? false : 'docker compose v2 cannot be had here'

interface Inspected {
  Config: { Image: string }
  HostConfig: { Binds: string[] | null; PortBindings: Record<string, { HostIp: string }[]> | null }
  Mounts: { Source: string }[]
}

interface Shown {
  id: string
  functionName?: string
}

interface Found {
  name: string
  state: string
  found: string
}

async function leftOf(project: string): Promise<string> {
  const label = `label=com.docker.compose.project=${project}`
  const parts = await Promise.all([
    run('docker', ['ps', '-aq', '--filter', label]),
    run('docker', ['volume', 'ls', '-q', '--filter', label]),
    run('docker', ['network', 'ls', '-q', '--filter', label]),
  ])
  return parts.map(({ stdout }) => stdout).join('')
}

t.test('docker compose: the same platform as services', { skip }, async (t) => {
  const { project, url, key, compose: call } = await composeUp()
  t.teardown(() => call('down', '-v').catch(() => undefined))
  const headers = { authorization: `Bearer ${key}` }

  t.equal((await rest(`${url}/functions`)).status, 401, 'callers need the key')
  const source = 'export const handler = async (event) => ({ hello: event.name })'
  const deployed = await rest(`${url}/functions`, { body: { name: 'hello', source }, headers })
  t.equal(deployed.status, 201)
  const called = await rest(`${url}/functions/hello/invocations`, {
    body: { name: 'Ada' },
    headers,
  })
  t.same(called.body, { hello: 'Ada' })

  await t.test('a log that the scheduler writes is followed through the gateway', async (t) => {
    const source = 'export const handler = async ({ n }) => console.log("number", n)'
    const body = { name: 'talker', source }
    t.equal((await rest(`${url}/functions`, { body, headers })).status, 201)
    const live = `${url}/functions/talker/logs/live?search=number`
    const tail = await EventStream.open(live, headers)
    t.match(await tail.next(), { event: 'ready' })
    const call = (n: number) =>
      rest(`${url}/functions/talker/invocations`, { body: { n }, headers })
    await call(1)
    t.match(await tail.next(), { event: 'line', data: { level: 'INFO', text: /number 1$/ } })
    await tail.close()
    await call(2)
    const resumed = { ...headers, 'last-event-id': tail.lastId ?? '' }
    const again = await EventStream.open(live, resumed)
    t.match(await again.next(), { event: 'ready' })
    t.match(await again.next(), { event: 'line', data: { text: /number 2$/ } })
    await again.close()
  })

  await t.test('an object that lands in a bucket runs its function', async (t) => {
    t.equal((await rest(`${url}/buckets/inbox`, { method: 'PUT', headers })).status, 201)
    const trigger = { type: 'object', bucket: 'inbox', events: ['s3:ObjectCreated:*'] }
    const added = await rest(`${url}/functions/hello/triggers`, { body: trigger, headers })
    t.equal(added.status, 201, added.text)
    await rest(`${url}/buckets/inbox/objects/a.txt`, { method: 'PUT', body: 'text', headers })
    const ended = await eventually('the invocation ends', async () => {
      const { body } = await rest<{ invocations: { state: string; cause: { kind: string } }[] }>(
        `${url}/functions/hello/invocations?trigger=object`,
        { headers },
      )
      return body.invocations.find(({ state }) => state === 'succeeded')
    })
    t.equal(ended.cause.kind, 'object')
  })

  await t.test('the thumbnail example makes its three sizes', async (t) => {
    const declaration = await readDeclaration(exampleFolder('thumbnail'))
    const client = new Client({ url, apiKey: key })
    await deploy(declaration, { client, cacheDirectory: PACKAGES, say: () => undefined })
    const photo = readFileSync(samplePath('thumbnail', 'coffee.jpg'))
    await rest(`${url}/buckets/photos/objects/coffee.jpg`, { method: 'PUT', body: photo, headers })
    const made = await eventually('three thumbnails', async () => {
      const { body } = await rest<{ objects: { key: string }[] }>(
        `${url}/buckets/thumbnails/objects`,
        { headers },
      )
      return body.objects.length === 3 ? body.objects : undefined
    })
    t.ok(made.every(({ key: name }) => name.includes('coffee')))
  })

  await t.test('only the scheduler and the one-shot hold the engine’s socket', async (t) => {
    const label = `label=com.docker.compose.project=${project}`
    const { stdout: ids } = await run('docker', ['ps', '-aq', '--filter', label])
    const { stdout } = await run('docker', ['inspect', ...ids.split('\n').filter(Boolean)])
    const all = JSON.parse(stdout) as (Inspected & { Name: string })[]
    const withSocket = all
      .filter(({ Mounts }) => Mounts.some(({ Source }) => Source.endsWith('docker.sock')))
      .map(({ Name }) => Name.replace(`/${project}-`, '').replace(/-\d+$/, ''))
    t.same(withSocket.sort(), ['sandbox-image', 'scheduler'])
    const published = all.flatMap(({ HostConfig }) =>
      Object.values(HostConfig.PortBindings ?? {}).flat(),
    )
    t.same(
      published.map(({ HostIp }) => HostIp),
      ['127.0.0.1'],
    )
  })

  await t.test('the scheduler reaches the control groups of its sandboxes', async (t) => {
    const { body } = await rest<{ freezing: string }>(`${url}/engine`, { headers })
    t.match(body.freezing, /^cgroup-v[12]$/)
  })

  await t.test('one address has the metrics of both services', async (t) => {
    t.equal((await rest(`${url}/metrics`)).status, 401)
    const { sum } = readExposition((await rest(`${url}/metrics`, { headers })).text)
    t.ok(sum('hearth_invocations_total', { function: 'hello' }) >= 1)
    t.equal(sum('hearth_scheduler_up'), 1)
    for (const name of ['gateway', 'scheduler']) {
      t.ok(sum('process_resident_memory_bytes', { process: name }) > 0, name)
    }
  })

  await t.test('a user without rights, as Prometheus is, can read the key alone', async (t) => {
    const mount = ['--user', '65534', '--network', 'none', '--volume', `${project}_key:/key:ro`]
    const { stdout } = await run('docker', [
      'run',
      '--rm',
      ...mount,
      'hearth-test:local',
      'cat',
      '/key/api-key',
    ])
    t.equal(stdout, key)
  })

  await t.test('a secret reaches its handler, and a one-shot renews its key', async (t) => {
    const source = 'export const handler = async () => process.env.TOKEN'
    await rest(`${url}/functions`, { body: { name: 'secret', source }, headers })
    const put = (value: string) =>
      rest(`${url}/functions/secret/secrets/TOKEN`, { method: 'PUT', body: { value }, headers })
    const told = async () =>
      (await rest(`${url}/functions/secret/invocations`, { body: {}, headers })).body
    t.equal((await put('first')).status, 200)
    t.equal(await told(), 'first')
    const refused = await rest(`${url}/secrets/rotation`, { method: 'POST', headers })
    t.match(refused, { status: 503, body: { error: { code: 'SecretKeysUnavailable' } } })
    t.match(await call('run', '--rm', 'rotate-secrets'), /1 secrets are under the new key/)
    t.equal((await put('second')).status, 200)
    t.equal(await told(), 'second')
  })

  await t.test('what runs is seen, ended and looked at over the link', async (t) => {
    const list = async () =>
      (await rest<{ sandboxes: Shown[] }>(`${url}/sandboxes`, { headers })).body.sandboxes
    const [own] = (await list()).filter(({ functionName }) => functionName === 'secret')
    if (!own) throw new Error('It has just run')
    const ended = await rest(`${url}/sandboxes/${own.id}`, { method: 'DELETE', headers })
    t.equal(ended.status, 204)
    t.notOk((await list()).some(({ id }) => id === own.id))
    const { body } = await rest<{ checks: Found[] }>(`${url}/diagnosis`, { headers })
    t.strictSame(
      body.checks.filter(({ state }) => state === 'failed'),
      [],
    )
    t.match(
      body.checks.find(({ name }) => name === 'engine'),
      { state: 'ok' },
    )
  })

  await t.test('a second boot keeps the secrets and prints no key', async (t) => {
    await call('restart', 'gateway', 'scheduler')
    await eventually(
      'it serves again',
      async () => {
        const again = await rest(`${url}/functions/hello/invocations`, {
          body: { name: 'Ada' },
          headers,
          // A connection that is made while the service restarts may never be answered.
          timeoutMs: 3000,
        }).catch(() => undefined)
        return again?.status === 200 ? true : undefined
      },
      60_000,
    )
    t.pass('it serves again')
  })

  await call('down', '-v')
  t.equal(await leftOf(project), '', 'no container, volume or network is left')
  const sandboxes = await eventually('the sandboxes are gone', async () => {
    const { stdout } = await run('docker', ['ps', '-a', '--format', '{{.Mounts}}'])
    return stdout.includes(project) ? undefined : stdout
  })
  t.notMatch(sandboxes, project)
})
