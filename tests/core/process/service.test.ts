import { join } from 'node:path'
import pino from 'pino'
import t, { type Test } from 'tap'
import { openSecrets } from '../../../core/process/secrets.ts'
import { openService } from '../../../core/process/service.ts'
import { connectRedis } from '../../../core/redis/redis.ts'
import { readSettings } from '../../../core/settings.ts'
import { startMinio } from '../../fixtures/minio.ts'
import { startPortRedis } from '../../fixtures/port-redis.ts'
import { StorageWire } from '../../fixtures/storage-wire.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const redis = await startPortRedis()
t.teardown(() => redis.stop())

/** Opens a service, and makes sure that it can keep a package and a record; gives what it has logged. */
async function opened(
  t: Test,
  environment: Record<string, string>,
  waits: () => void = () => undefined,
): Promise<string[]> {
  const folder = await temporaryFolder(t)
  const secretsFile = join(folder, 'secrets.json')
  openSecrets(secretsFile)
  const said: string[] = []
  const write = (line: string) => {
    said.push(line)
    if (line.includes('the start waits')) waits()
  }
  const log = pino({ level: 'info' }, { write })
  const { stores } = await openService(
    readSettings({
      DATA_DIR: folder,
      SECRETS_FILE: secretsFile,
      REDIS_URL: redis.url,
      S3_ENDPOINT: minio.endpoint,
      S3_ACCESS_KEY_ID: minio.accessKeyId,
      S3_SECRET_ACCESS_KEY: minio.secretAccessKey,
      CODE_STORE: 's3',
      ...environment,
    }),
    log,
  )
  const { codeSha256 } = await stores.code.put(Buffer.from('package'))
  t.equal(String(await stores.code.get(codeSha256)), 'package')
  await stores.close()
  return said
}

t.test('a service starts where everything answers', async (t) => {
  t.notMatch((await opened(t, {})).join(''), /waits/)
})

t.test('a service waits for storage that answers and is slow to write', async (t) => {
  const wire = await StorageWire.listen(minio.endpoint)
  t.teardown(() => wire.close())
  // The first one for longer than even a slow one is waited for.
  wire.delay = { of: ({ method }) => method === 'PUT' && wire.held === 0, ms: 8000 }
  const said = await opened(t, { S3_ENDPOINT: wire.endpoint })
  t.match(said.join(''), /Object storage cannot be reached.*the start waits/)
})

t.test('a service waits for a Redis that answers and is slow to write', async (t) => {
  const other = await connectRedis(redis.url)
  t.teardown(() => other.disconnect())
  await other.client('PAUSE', 60_000, 'WRITE')
  const said = await opened(t, {}, () => void other.client('UNPAUSE'))
  t.match(said.join(''), /Redis cannot be reached.*the start waits/)
})

t.test('what no waiting mends is told, and not waited for', async (t) => {
  const other = await connectRedis(redis.url)
  t.teardown(() => other.disconnect())
  // It may drop data while all is well.
  await other.config('SET', 'maxmemory-policy', 'allkeys-lru')
  const waited = () => t.fail('it waits')
  await t.rejects(opened(t, {}, waited), { name: 'CannotStart' })
  await other.config('SET', 'requirepass', 'secret')
  await t.rejects(opened(t, {}, waited), { code: 'RedisUnavailable', cause: /NOAUTH/ })
})
