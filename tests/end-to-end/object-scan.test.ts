import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ObjectStore } from '../../core/storage/object-store.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

t.setTimeout(240_000)

const platform = await startPlatform({ SCAN_INTERVAL_SECONDS: '1', POOL_GENERIC: '1' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)
const at = (path: string) => `${platform.url}/buckets/inbox${path}`

interface Scan {
  state: string
  lastPass?: { startedAt: string; objects: number }
  findings: { key: string; invocationId: string }[]
}

function put(key: string) {
  return rest(at(`/objects/${key}`), { method: 'PUT', body: 'x' })
}

/** How the platform's own MinIO is reached past the platform. */
function storeOf(dataDir: string): ObjectStore {
  const read = (file: string) => JSON.parse(readFileSync(join(dataDir, file), 'utf8'))
  const { s3AccessKeyId: accessKeyId, s3SecretAccessKey: secretAccessKey } = read('secrets.json')
  const endpoint = `http://127.0.0.1:${read('platform.json').minioPort}`
  const webhook = { url: '', token: '', queueDirectory: '' }
  return ObjectStore.open({ endpoint, accessKeyId, secretAccessKey, webhook })
}

t.test('with every webhook lost each object runs once, also over a kill', async (t) => {
  await rest(at(''), { method: 'PUT' })
  await functions.create(
    'read',
    'export const handler = async ({ Records }) => Records[0].s3.object.key',
  )
  await functions.addTrigger('read', { type: 'object', bucket: 'inbox' })
  const store = storeOf(platform.dataDir)
  t.teardown(() => store.close())
  await store.reportEvents('inbox', [])
  await put('first')
  const [first] = await functions.ends('read', 1)
  t.match(first, {
    state: 'succeeded',
    result: 'first',
    cause: { kind: 'object', detail: 'inbox/first' },
  })
  await put('second')
  await platform.kill()
  await platform.start()
  await eventually('the start has set the notification again', async () =>
    (await store.readNotification('inbox')).includes('HEARTHFAST') ? true : undefined,
  )
  await store.reportEvents('inbox', [])
  await put('third')
  const ends = await functions.ends('read', 3)
  t.same(ends.map(({ result }) => result).sort(), ['first', 'second', 'third'])
  const since = new Date().toISOString()
  const scan = await eventually('one more pass', async () => {
    const { body } = await rest<Scan>(at('/scan'))
    return body.lastPass && body.lastPass.startedAt > since ? body : undefined
  })
  t.equal((await functions.invocations('read')).length, 3, 'and nothing twice')
  t.equal(scan.lastPass?.objects, 3)
  const found = new Set(scan.findings.map(({ key }) => key))
  for (const key of ['first', 'third']) t.ok(found.has(key), `${key} is among the findings`)
  t.match(platform.output(), /Scan found an object that nobody reported/)
})
