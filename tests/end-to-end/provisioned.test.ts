import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const platform = await startPlatform({ IDLE_SECONDS: '1', POOL_GENERIC: '2' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const SOURCE = `
  const id = crypto.randomUUID()
  export const handler = async ({ ms = 0, die }) => {
    if (die) process.exit(1)
    await new Promise((resolve) => setTimeout(resolve, ms))
    return { id, type: process.env.AWS_LAMBDA_INITIALIZATION_TYPE }
  }`
await functions.create('kept', SOURCE)
const publish = async () =>
  rest(`${platform.url}/functions/kept/versions`, { method: 'POST', body: {} })
await publish()

const at = (query: string) =>
  `${platform.url}/2019-09-30/functions/kept/provisioned-concurrency?${query}`
const put = (qualifier: string, count: number) =>
  rest(at(`Qualifier=${qualifier}`), {
    method: 'PUT',
    body: { ProvisionedConcurrentExecutions: count },
  })

async function ready(qualifier: string): Promise<void> {
  await eventually(`${qualifier} is ready`, async () => {
    const { body } = await rest(at(`Qualifier=${qualifier}`))
    return body.Status === 'READY' ? body : undefined
  })
}

async function call(qualifier: string, event: object = {}) {
  const url = `${platform.url}/functions/kept/invocations?qualifier=${qualifier}`
  const { body, headers } = await rest<{ id: string; type: string }>(url, { body: event })
  const [, start] = /acquire;[^,]*desc="(\w+)"/.exec(headers.get('server-timing') ?? '') ?? []
  return { ...body, start }
}
const threeCalls = (qualifier: string) =>
  Promise.all([1, 2, 3].map(() => call(qualifier, { ms: 500 })))

async function idleAre(count: number): Promise<void> {
  await eventually(`${count} sandboxes wait`, async () => {
    // biome-ignore lint/suspicious/noExplicitAny: of the whole answer one number is looked at
    const { body } = await rest<any>(`${platform.url}/health/ready`)
    const { idle, busy, starting } = body.dependencies.scheduler.sandboxes
    return idle === count && busy + starting === 0 ? true : undefined
  })
}

t.test(
  'provisioned sandboxes are warm before anybody calls, and no idling ends them',
  async (t) => {
    t.match(await put('1', 3), {
      status: 202,
      body: { RequestedProvisionedConcurrentExecutions: 3, Status: 'IN_PROGRESS' },
    })
    await ready('1')
    t.match((await rest(at('Qualifier=1'))).body, {
      AvailableProvisionedConcurrentExecutions: 3,
      AllocatedProvisionedConcurrentExecutions: 3,
      LastModified: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/,
    })
    const answers = await threeCalls('1')
    const warm = { start: 'warm', type: 'provisioned-concurrency' }
    t.match(answers, [warm, warm, warm])
    t.equal(new Set(answers.map(({ id }) => id)).size, 3)
    await call('$LATEST')
    await idleAre(3)
    const later = await threeCalls('1')
    t.strictSame(new Set(later.map(({ id }) => id)), new Set(answers.map(({ id }) => id)))
  },
)

t.test('one that dies comes back', async (t) => {
  const before = await threeCalls('1')
  await call('1', { die: true })
  await ready('1')
  const after = await threeCalls('1')
  t.match(after, [{ start: 'warm' }, { start: 'warm' }, { start: 'warm' }])
  const known = new Set(before.map(({ id }) => id))
  t.equal(after.filter(({ id }) => known.has(id)).length, 2)
})

t.test('after a restart they are there again', async (t) => {
  await platform.end()
  await platform.start()
  await ready('1')
  const warm = { start: 'warm', type: 'provisioned-concurrency' }
  t.match(await threeCalls('1'), [warm, warm, warm])
})

t.test('a window that is open keeps more, also after a restart, until it closes', async (t) => {
  const now = new Date()
  // Open since the last full minute, for one that lasts long enough to see it.
  const window = {
    schedule: `cron(${now.getUTCMinutes()} ${now.getUTCHours()} * * ? *)`,
    durationMinutes: now.getUTCSeconds() < 15 ? 1 : 2,
    count: 2,
  }
  const resource = `${platform.url}/functions/kept/provisioned-concurrency/1`
  const set = await rest(resource, { method: 'PUT', body: { count: 0, windows: [window] } })
  t.match(set, { status: 200, body: { requested: 2, windows: [{ isOpen: true }] } })
  await ready('1')
  await idleAre(2)
  await platform.kill()
  await platform.start()
  await ready('1')
  t.match(await call('1'), { start: 'warm', type: 'provisioned-concurrency' })
  const closed = await eventually(
    'it closes',
    async () => {
      const { body } = await rest(resource)
      return body.requested === 0 && body.allocated === 0 ? body : undefined
    },
    150_000,
  )
  t.match(closed, { count: 0, available: 0, status: 'READY', windows: [{ isOpen: false }] })
  await idleAre(0)
  await put('1', 3)
  await ready('1')
})

t.test('an alias takes them along to another version; deleted, they leave', async (t) => {
  t.equal((await rest(at('Qualifier=1'), { method: 'DELETE' })).status, 204)
  await idleAre(0)
  t.match(await rest(at('Qualifier=1')), {
    status: 404,
    headers: { get: Function },
    body: { message: 'No Provisioned Concurrency Config found for this function' },
  })
  const point = (functionVersion: string) =>
    rest(`${platform.url}/functions/kept/aliases/live`, {
      method: 'PUT',
      body: { functionVersion },
    })
  await point('1')
  await put('live', 2)
  await ready('live')
  t.match(await call('1'), { start: 'warm' })
  await rest(`${platform.url}/functions/kept/code`, {
    method: 'PUT',
    body: { source: `${SOURCE}\n// other` },
  })
  await publish()
  await point('2')
  await ready('live')
  t.match(await call('2'), { start: 'warm', type: 'provisioned-concurrency' })
  await idleAre(2)
  t.equal((await rest(`${platform.url}/functions/kept`, { method: 'DELETE' })).status, 204)
  await idleAre(0)
})
