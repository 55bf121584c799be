import { createHash, randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { makeZip } from '../../core/functions/zip.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const CLIENTS = 16
const DEPLOYMENTS = 8

const platform = await startPlatform()
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const versionSource = (n: number) => `export const handler = async () => ${n}`
const ENVIRONMENT_SOURCE = 'export const handler = async () => Number(process.env.VERSION)'

/** Clients that call all the time, and note what must not happen while others deploy. */
class Load {
  /** The version whose deployment was answered last. */
  deployed = 0
  calls = 0
  readonly wrong: string[] = []
  readonly #clients: Promise<void>[]
  #stopped = false

  constructor(name: string) {
    this.#clients = Array.from({ length: CLIENTS }, () => this.#client(name))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#clients)
  }

  async #client(name: string): Promise<void> {
    while (!this.#stopped) {
      const least = this.deployed
      const { status, text } = await functions.call(name)
      this.calls += 1
      if (status !== 200) this.wrong.push(`${status}: ${text}`)
      else if (!(Number(text) >= least)) this.wrong.push(`${text} after ${least} was deployed`)
    }
  }

  /** Resolves when so many more calls have been answered. */
  async answers(count: number): Promise<void> {
    const enough = this.calls + count
    await eventually('clients get answers', async () => (this.calls >= enough ? true : undefined))
  }
}

async function deployUnderLoad(
  t: Test,
  name: string,
  deploy: (version: number) => Promise<{ status: number; text: string }>,
): Promise<void> {
  await functions.call(name)
  const load = new Load(name)
  await load.answers(100)
  for (let version = 1; version <= DEPLOYMENTS; version += 1) {
    const { status, text } = await deploy(version)
    t.equal(status, 200, text.slice(0, 200))
    load.deployed = version
    await load.answers(60)
  }
  await load.stop()
  t.same(load.wrong.slice(0, 5), [], `of ${load.calls} calls none failed or had an old answer`)
  t.equal((await functions.call(name)).text, String(DEPLOYMENTS))
}

t.test('new code under load: no failed call, no old answer once it is deployed', async (t) => {
  await functions.create('code', versionSource(0))
  await deployUnderLoad(t, 'code', (version) =>
    rest(`${platform.url}/functions/code/code`, {
      method: 'PUT',
      body: { source: versionSource(version) },
    }),
  )
})

t.test('a new environment under load: the same', async (t) => {
  await functions.create('environment', ENVIRONMENT_SOURCE, { environment: { VERSION: '0' } })
  await deployUnderLoad(t, 'environment', (version) =>
    rest(`${platform.url}/functions/environment`, {
      method: 'PATCH',
      body: { environment: { VERSION: String(version) } },
    }),
  )
})

t.test('a call that runs while new code is deployed ends as it began', async (t) => {
  const source = (text: string) => `export const handler = async ({ ms }) => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    return '${text}'
  }`
  await functions.create('running', source('old'), { timeoutSeconds: 20 })
  await functions.call('running', { ms: 0 })
  const call = functions.call('running', { ms: 1500 })
  await eventually('it runs', async () => {
    const { body } = await rest<{ dependencies: { scheduler: { sandboxes: { busy: number } } } }>(
      `${platform.url}/health/ready`,
    )
    return body.dependencies.scheduler.sandboxes.busy > 0 ? true : undefined
  })
  const url = `${platform.url}/functions/running/code`
  await rest(url, { method: 'PUT', body: { source: source('new') } })
  t.equal((await functions.call('running', { ms: 0 })).text, '"new"')
  t.equal((await call).text, '"old"')
})

t.test('deleting a function ends what is queued as failed, with the cause', async (t) => {
  const source = `export const handler = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    return 'ran'
  }`
  await functions.create('doomed', source, { reservedConcurrency: 1 })
  const schedule = { type: 'schedule', schedule: 'rate(1 day)' }
  const ids: string[] = []
  for (let n = 0; n < 8; n += 1) ids.push(await functions.accept('doomed'))
  await rest(`${platform.url}/functions/doomed/triggers`, { body: schedule })
  await eventually('one runs', async () => {
    const states = await Promise.all(ids.map((id) => functions.look(id)))
    return states.some(({ state }) => state === 'running') ? true : undefined
  })
  t.equal((await rest(`${platform.url}/functions/doomed`, { method: 'DELETE' })).status, 204)
  const ends = await Promise.all(ids.map((id) => functions.ended(id)))
  const failed = ends.filter(({ state }) => state === 'failed')
  t.ok(failed.length >= 6, `${failed.length} of 8 had not begun`)
  for (const { error } of failed) {
    t.match(error, { errorType: 'FunctionNotFound', errorMessage: /"doomed" was deleted/ })
  }
  t.ok(ends.every(({ state }) => state === 'failed' || state === 'succeeded'))
  t.match(await functions.call('doomed'), {
    status: 404,
    body: { error: { code: 'FunctionNotFound' } },
  })
  await functions.create('doomed', versionSource(2))
  t.equal((await functions.call('doomed')).text, '2', 'another of that name is another function')
  const { body } = await rest(`${platform.url}/functions/doomed/triggers`)
  t.same(body, { triggers: [] }, 'the triggers are gone')
})

t.test('two deployments at once: one is there in the end, and serves', async (t) => {
  await functions.create('twice', versionSource(0))
  for (let round = 0; round < 4; round += 1) {
    const versions = [1, 2, 3].map((n) => round * 10 + n)
    const answers = await Promise.all(
      versions.map((version) =>
        rest<{ codeSha256: string }>(`${platform.url}/functions/twice/code`, {
          method: 'PUT',
          body: { source: versionSource(version) },
        }),
      ),
    )
    t.ok(answers.every(({ status }) => status === 200 || status === 409))
    const { body } = await rest<{ codeSha256: string }>(`${platform.url}/functions/twice`)
    const last = answers.findIndex((answer) => answer.body.codeSha256 === body.codeSha256)
    for (let n = 0; n < 4; n += 1) {
      t.equal((await functions.call('twice')).text, String(versions[last]))
    }
  }
  const create = () =>
    rest(`${platform.url}/functions`, { body: { name: 'once', source: versionSource(1) } })
  const created = await Promise.all([create(), create(), create()])
  t.same(created.map(({ status }) => status).sort(), [201, 409, 409])
  t.equal((await functions.call('once')).text, '1')
})

t.test('a package of 10 MB is deployed by each of the ways', async (t) => {
  const large = randomBytes(10 * 1024 * 1024)
  const digest = createHash('sha256').update(large).digest('hex')
  const source = `import { createHash } from 'node:crypto'
    import { readFileSync } from 'node:fs'
    const bytes = readFileSync(new URL('large.bin', import.meta.url))
    const digest = createHash('sha256').update(bytes).digest('hex')
    export const handler = async () => digest`
  const zip = await makeZip({ 'index.mjs': source, 'large.bin': large })
  const form = new FormData()
  form.set('name', 'large')
  form.set('timeoutSeconds', '20')
  form.set('code', new Blob([new Uint8Array(zip)]), 'large.zip')
  const created = await fetch(`${platform.url}/functions`, { method: 'POST', body: form })
  t.equal(created.status, 201, await created.text())
  t.same((await functions.call('large')).body, digest)

  const url = `${platform.url}/functions/large/code`
  const small = await rest(url, { method: 'PUT', body: { source: versionSource(3) } })
  t.equal(small.status, 200)
  t.equal((await functions.call('large')).text, '3')
  const headers = { 'content-type': 'application/zip' }
  t.equal((await rest(url, { method: 'PUT', body: zip, headers })).status, 200)
  t.same((await functions.call('large')).body, digest)
  const inJson = await rest(url, { method: 'PUT', body: { zip: zip.toString('base64') } })
  t.equal(inJson.status, 200)
  t.same((await functions.call('large')).body, digest)
})
