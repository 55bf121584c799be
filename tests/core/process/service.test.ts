import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import pino from 'pino'
import t, { type Test } from 'tap'
import { openSecrets } from '../../../core/process/secrets.ts'
import { openService } from '../../../core/process/service.ts'
import { connectRedis } from '../../../core/redis/redis.ts'
import { readSettings } from '../../../core/settings.ts'
import { startMinio } from '../../fixtures/minio.ts'
import { startPortRedis } from '../../fixtures/port-redis.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const redis = await startPortRedis()
t.teardown(() => redis.stop())

/** The address of a server before MinIO that leaves the first `held` requests to make a bucket unanswered. */
async function slowToMakeBuckets(t: Test, held: number): Promise<string> {
  let left = held
  const pass = (from: IncomingMessage, to: ServerResponse) => {
    if (from.method === 'PUT' && left > 0) {
      left -= 1
      return
    }
    const { method, url: path, headers } = from
    const on = request(minio.endpoint, { method, path, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(to)
    })
    on.on('error', () => to.destroy())
    from.pipe(on)
  }
  const server = createServer(pass).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Opens a service, and makes sure that it can keep a package and a record; gives what it has logged. */
async function opened(t: Test, environment: Record<string, string>): Promise<string[]> {
  const folder = await temporaryFolder(t)
  const secretsFile = join(folder, 'secrets.json')
  openSecrets(secretsFile)
  const said: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void said.push(line) })
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
  const said = await opened(t, { S3_ENDPOINT: await slowToMakeBuckets(t, 2) })
  t.match(said.join(''), /Object storage cannot be reached.*the start waits/)
})

t.test('a service waits for a Redis that answers and is slow to write', async (t) => {
  const other = await connectRedis(redis.url)
  t.teardown(() => other.disconnect())
  await other.client('PAUSE', 4000, 'WRITE')
  t.match((await opened(t, {})).join(''), /Redis cannot be reached.*the start waits/)
})

t.test('what no waiting mends is told at once', async (t) => {
  const folder = await temporaryFolder(t)
  const settings = readSettings({ DATA_DIR: folder, REDIS_URL: redis.url })
  await t.rejects(openService(settings, pino({ level: 'silent' })), /A service needs/)
})
