import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { packageFolder } from '../../cli/package-folder.ts'
import { functionsOf } from '../fixtures/deployed-functions.ts'
import { PACKAGES } from '../fixtures/example.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { noPostgres, startPostgres } from '../fixtures/postgres.ts'
import { rest } from '../fixtures/rest.ts'

await needsEngine(t)

t.setTimeout(240_000)
const platform = await startPlatform()
t.teardown(() => platform.stop())
const { deploy, deployZip, result } = functionsOf(platform)

/** Two servers on every interface of the host; what has reached them is counted. */
let reached = 0
const listener: RequestListener = ({ url }, response) => {
  reached += 1
  response.end(`reached ${url}`)
}
const pem = (name: string) =>
  readFile(join(import.meta.dirname, '..', 'runtime-image', 'egress', name), 'utf8')
const ca = await pem('cert.pem')
const plain = createServer(listener).listen(0, '0.0.0.0')
const secure = createSecureServer({ cert: ca, key: await pem('key.pem') }, listener)
secure.listen(0, '0.0.0.0')
t.teardown(() => {
  for (const server of [plain, secure]) {
    server.close()
    server.closeAllConnections()
  }
})
await Promise.all([plain, secure].map((server) => server.listening || once(server, 'listening')))
const { port } = plain.address() as AddressInfo
const { port: securePort } = secure.address() as AddressInfo
const ownAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

const { zip } = await packageFolder(join(import.meta.dirname, '..', 'fixtures', 'clients'), {
  cacheDirectory: PACKAGES,
})
for (const bucket of ['inbox', 'outbox', 'vault']) {
  await rest(`${platform.url}/buckets/${bucket}`, { method: 'PUT' })
  const object = `${platform.url}/buckets/${bucket}/objects/greeting.txt`
  await rest(object, { method: 'PUT', body: `hello from ${bucket}` })
}
const configuration = {
  memoryMb: 512,
  buckets: { read: ['inbox'], write: ['outbox'] },
}
const open = await deployZip(zip, { ...configuration, egress: 'public' })
const shut = await deployZip(zip, { ...configuration, egress: 'none' })
const database = noPostgres ? undefined : await startPostgres()
t.teardown(() => database?.stop())
const listed = await deployZip(zip, {
  ...configuration,
  egress: [
    `127.0.0.1:${port}`,
    `127.0.0.1:${securePort}`,
    `${hostname()}:${port}`,
    ...(database ? [`127.0.0.1:${database.port}`] : []),
  ],
})

async function ask(name: string, client: string, of: object): Promise<unknown> {
  return await result(name, { client, ...of })
}

const object = (Bucket: string, Key = 'greeting.txt') => ({ Bucket, Key })

for (const client of ['sdk', 'minio']) {
  for (const [rule, name] of Object.entries({ public: open, none: shut })) {
    t.test(`${client}, egress ${rule}: reads and writes its buckets, and no others`, async (t) => {
      t.equal(await ask(name, client, { read: object('inbox') }), 'hello from inbox')
      const Key = `${client}/${rule}.txt`
      const put = (Bucket: string) => ({ put: { Bucket, Key, Body: `by ${client}` } })
      t.equal(await ask(name, client, put('outbox')), 'put')
      const stored = await rest(`${platform.url}/buckets/outbox/objects/${Key}`)
      t.equal(stored.text, `by ${client}`)
      for (const denied of [put('inbox'), put('vault'), { read: object('vault') }]) {
        t.match(await ask(name, client, denied), { failed: /AccessDenied/ }, JSON.stringify(denied))
      }
      t.match(await ask(name, client, { read: object('outbox') }), { failed: /AccessDenied/ })
    })
  }
}

const CLIENTS: Record<string, (host: string) => object> = {
  fetch: (host) => ({ url: `http://${host}:${port}/fetch` }),
  http: (host) => ({ url: `http://${host}:${port}/http` }),
  https: (host) => ({
    url: `https://${host}:${securePort}/https`,
    ca,
    servername: 'secure.example',
  }),
  tcp: (host) => ({ host, port }),
  curl: (host) => ({ url: `http://${host}:${port}/curl` }),
}

t.test('every client reaches an address of this host that the list names', async (t) => {
  for (const [client, of] of Object.entries(CLIENTS)) {
    const before = reached
    t.match(JSON.stringify(await ask(listed, client, of('127.0.0.1'))), /reached/, client)
    t.equal(reached, before + 1, client)
  }
})

t.test('every client reaches a name that the list names', async (t) => {
  for (const [client, of] of Object.entries(CLIENTS)) {
    if (client === 'https') continue
    t.match(JSON.stringify(await ask(listed, client, of(hostname()))), /reached/, client)
  }
  const direct = { ...CLIENTS.curl?.(hostname()), options: "--noproxy '*'" }
  t.match(await ask(listed, 'curl', direct), /reached .* 200$/, 'a child without a proxy')
  t.match(await ask(listed, 'resolve', { host: hostname() }), /^127\.0\.1\./)
})

t.test('a list names ports, not hosts', async (t) => {
  const before = reached
  const other = `http://${hostname()}:${securePort}/`
  t.match(await ask(listed, 'fetch', { url: other }), { failed: /not a public|no address/ })
  t.match(await ask(listed, 'curl', { url: other }), / (?:403|502)$/)
  t.equal(reached, before)
})

t.test('pg: a query in a real PostgreSQL that the list names', { skip: noPostgres }, async (t) => {
  const query = { host: '127.0.0.1', ...database, query: 'select 6 * 7 as answer' }
  t.same(await ask(listed, 'pg', query), [{ answer: 42 }])
  t.same(await ask(listed, 'pg', query), [{ answer: 42 }], 'again')
  for (const name of [open, shut]) t.match(await ask(name, 'pg', query), { failed: /ECONNREFUSED/ })
})

const FORBIDDEN = [
  '169.254.169.254',
  '10.1.2.3',
  '172.17.0.1',
  '192.168.1.1',
  '100.100.100.200',
  ...(ownAddress ? [ownAddress] : []),
]

t.test('no client reaches a private, a metadata or an own address', async (t) => {
  const before = reached
  for (const name of [open, listed]) {
    for (const host of FORBIDDEN) {
      for (const client of ['fetch', 'http', 'https', 'tcp']) {
        const answer = await ask(name, client, CLIENTS[client]?.(host) ?? {})
        t.match(answer, { failed: /ECONNREFUSED .*not a public address/ }, `${client} ${host}`)
      }
      const curl = CLIENTS.curl?.(host)
      t.match(await ask(name, 'curl', { ...curl }), /not a public address\s+403$/, `curl ${host}`)
    }
  }
  t.equal(reached, before)
})

t.test('the loopback of a sandbox is its own, and the proxy leads to no other', async (t) => {
  const before = reached
  for (const host of ['127.0.0.1', 'localhost']) {
    for (const [client, of] of Object.entries(CLIENTS)) {
      t.match(
        JSON.stringify(await ask(open, client, of(host))),
        /ECONNREFUSED|Failed to connect|Couldn't connect/,
        client,
      )
    }
  }
  for (const host of [
    '127.0.0.1',
    'localhost',
    '127.1',
    '0.0.0.0',
    '2130706433',
    '[::1]',
    '[::ffff:7f00:1]',
    '[::ffff:a00:1]',
  ]) {
    const through = { url: `'http://${host}:${port}/'`, options: '--noproxy "" -x $http_proxy' }
    t.match(await ask(open, 'curl', through), /not a public address|no address/, host)
    const tunnelled = { ...through, options: `${through.options} --proxytunnel` }
    t.match(await ask(open, 'curl', tunnelled), /response 403|response 502/, `${host} by CONNECT`)
  }
  t.equal(reached, before)
})

t.test('with egress none every host is closed', async (t) => {
  const before = reached
  for (const host of [...FORBIDDEN, '1.1.1.1', 'example.com', '127.0.0.1']) {
    for (const [client, of] of Object.entries(CLIENTS)) {
      t.notMatch(
        JSON.stringify(await ask(shut, client, of(host))),
        /reached \//,
        `${client} ${host}`,
      )
    }
  }
  const wouldBePublic = await ask(shut, 'fetch', { url: 'http://1.1.1.1/' })
  t.match(wouldBePublic, { failed: /egress of this function is "none"/ })
  t.equal(reached, before)
})

t.test('a function without a bucket has no credentials that storage knows', async (t) => {
  const name = await deploy(
    `export const handler = async () => ({
       keys: Object.keys(process.env).filter((name) => /ACCESS|SECRET|TOKEN/.test(name)),
       status: (await fetch(process.env.AWS_ENDPOINT_URL_S3 + '/inbox/greeting.txt')).status,
     })`,
  )
  const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
  t.same(await result(name), { keys, status: 403 }, 'an SDK signs with something')
})
