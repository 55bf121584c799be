import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'minio'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { DataFolder } from '../../platform/data-folder.ts'
import { type MinioServer, startMinioServer } from '../../platform/minio-server.ts'
import { readSetupResult } from '../../setup/setup-result.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { pidOfKilled } from './pid-of-killed.ts'

const PLATFORM = join(import.meta.dirname, '../../platform')
const log = pino({ level: 'silent' })
const { minio } = readSetupResult()
const program = minio.state === 'ready' ? minio.value : ''
const skip = minio.state === 'missing' ? minio.reason : false

/** Finds a port for a gateway that is not there yet. */
async function reservePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function open(t: Test, path: string): DataFolder {
  const folder = DataFolder.open(path)
  t.teardown(() => folder.close())
  return folder
}

async function start(t: Test, folder: DataFolder, gatewayUrl: string): Promise<MinioServer> {
  const server = await startMinioServer({ program, folder, gatewayUrl, log })
  t.teardown(() => server.stop())
  return server
}

function clientOf(server: MinioServer): Client {
  const { hostname, port } = new URL(server.endpoint)
  return new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey: server.accessKeyId,
    secretKey: server.secretAccessKey,
  })
}

/** A platform that was killed and has left its MinIO behind. */
async function killedPlatform(path: string, gatewayUrl: string): Promise<number> {
  const script = `
    import { pino } from 'pino'
    import { DataFolder } from ${JSON.stringify(join(PLATFORM, 'data-folder.ts'))}
    import { startMinioServer } from ${JSON.stringify(join(PLATFORM, 'minio-server.ts'))}
    const options = ${JSON.stringify({ program, gatewayUrl })}
    const folder = DataFolder.open(${JSON.stringify(path)})
    const server = await startMinioServer({ ...options, folder, log: pino({ level: 'silent' }) })
    console.log(server.pid)
    setInterval(() => undefined, 1000)`
  return await pidOfKilled(script)
}

/** Listens as the gateway does and collects what is delivered. */
async function listen(t: Test, port: number) {
  const deliveries: { request: IncomingMessage; body: string }[] = []
  const gateway = createServer(async (request, reply) => {
    deliveries.push({ request, body: await text(request) })
    reply.end()
  })
  gateway.listen(port, '127.0.0.1')
  await once(gateway, 'listening')
  t.teardown(() => gateway.close())
  return deliveries
}

async function notify(client: Client, bucket: string): Promise<void> {
  await client.setBucketNotification(bucket, {
    QueueConfiguration: ['HEARTHFAST', 'HEARTHSURE'].map((id) => ({
      Queue: `arn:minio:sqs::${id}:webhook`,
      Event: ['s3:ObjectCreated:*'],
    })),
  } as never)
}

t.test('both webhook targets deliver, although the gateway came up later', { skip }, async (t) => {
  const port = await reservePort()
  const folder = open(t, await temporaryFolder(t))
  const server = await start(t, folder, `http://127.0.0.1:${port}`)
  const client = clientOf(server)
  await client.makeBucket('photos')
  await notify(client, 'photos')
  await client.putObject('photos', 'early.txt', 'x')
  const deliveries = await listen(t, port)
  await client.putObject('photos', 'late.txt', 'x')
  const keys = () =>
    deliveries.filter(({ body }) => body).map(({ body }) => JSON.parse(body).Key as string)
  while (keys().filter((key) => key === 'photos/late.txt').length < 2) await wait(20)
  t.ok(keys().includes('photos/early.txt'), 'what happened before the gateway was up was kept')
  for (const { request } of deliveries.filter(({ body }) => body)) {
    t.equal(request.url, '/storage/events')
    t.equal(request.headers.authorization, `Bearer ${folder.secrets.webhookToken}`)
  }
})

t.test('it is reachable on loopback only and keeps its port and data', { skip }, async (t) => {
  const path = await temporaryFolder(t)
  const folder = open(t, path)
  const first = await start(t, folder, 'http://127.0.0.1:1')
  t.match(first.endpoint, /^http:\/\/127\.0\.0\.1:\d+$/)
  await clientOf(first).makeBucket('kept')
  await first.stop()
  const second = await start(t, folder, 'http://127.0.0.1:1')
  t.equal(second.endpoint, first.endpoint)
  t.ok(await clientOf(second).bucketExists('kept'))
})

t.test('a port that a stranger has taken is given up for another', { skip }, async (t) => {
  const stranger = createTcpServer().listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  t.teardown(() => stranger.close())
  const { port } = stranger.address() as AddressInfo
  const folder = open(t, await temporaryFolder(t))
  folder.record({ minioPort: port })
  const server = await start(t, folder, 'http://127.0.0.1:1')
  t.not(server.endpoint, `http://127.0.0.1:${port}`)
  t.equal(folder.facts.minioPort, Number(new URL(server.endpoint).port))
})

t.test('a survivor is used again; for another gateway it is replaced', { skip }, async (t) => {
  const path = await temporaryFolder(t)
  const survivor = await killedPlatform(path, 'http://127.0.0.1:1')
  const folder = open(t, path)
  const same = await start(t, folder, 'http://127.0.0.1:1')
  t.equal(same.pid, survivor)
  await same.stop()
  folder.close()

  const outdated = await killedPlatform(path, 'http://127.0.0.1:1')
  const moved = await start(t, open(t, path), 'http://127.0.0.1:2')
  t.not(moved.pid, outdated)
  t.equal(moved.endpoint, same.endpoint)
})
