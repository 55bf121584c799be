import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { packageFolder } from '../../cli/package-folder.ts'
import { functionsOf } from '../fixtures/deployed-functions.ts'
import { PACKAGES } from '../fixtures/example.ts'
import { startNameServer } from '../fixtures/name-server.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'

await needsEngine(t)

/** One of these is taken for the address of a public host: in a network of its own, nobody has it. */
const PUBLIC_NETWORK = '192.0.43.0/24'
const PUBLIC_ADDRESS = '192.0.43.8'
const NAMES = {
  'plain.example': [PUBLIC_ADDRESS],
  'secure.example': [PUBLIC_ADDRESS],
  'rebound.example': [PUBLIC_ADDRESS, '127.0.0.1'],
  'inner.example': ['127.0.0.1'],
}
/** The kernel then takes every address of the network, though no interface has one: like another host's. */
const OWN_NETWORK = `set -e
ip link set lo up
ip route add local ${PUBLIC_NETWORK} dev lo
mount --bind "$1" /etc/resolv.conf
shift
exec "$@"`

const FLAG = '--in-a-network-of-its-own'
if (process.argv.includes(FLAG)) {
  await t.test('every client reaches public hosts, by name and by address', testPublicHosts)
} else await runInOwnNetwork()

function obstacle(): string | false {
  try {
    execFileSync('unshare', ['--net', '--mount', 'ip', 'link'], { stdio: 'ignore' })
    return false
  } catch {
    return process.env.CI ? false : 'a network of its own takes root, unshare and ip'
  }
}

async function runInOwnNetwork(): Promise<void> {
  const resolvers = join(t.testdir(), 'resolv.conf')
  await writeFile(resolvers, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n')
  const program = [process.execPath, import.meta.filename, FLAG]
  const args = ['--net', '--mount', 'sh', '-c', OWN_NETWORK, 'sh', resolvers, ...program]
  const options = { skip: obstacle(), timeout: 120_000 }
  await t.spawn('unshare', args, options, 'on a network whose public hosts are of the test')
}

async function testPublicHosts(t: Test): Promise<void> {
  t.setTimeout(120_000)
  const names = await startNameServer(NAMES, 53)
  const stopHosts = await startHosts()
  const platform = await startPlatform()
  t.teardown(async () => {
    await platform.stop()
    stopHosts()
    names.stop()
  })
  const { deployZip, result } = functionsOf(platform)
  const folder = join(import.meta.dirname, '..', 'fixtures', 'clients')
  const { zip } = await packageFolder(folder, { cacheDirectory: PACKAGES })
  const open = await deployZip(zip, { memoryMb: 512 })
  const shut = await deployZip(zip, { memoryMb: 512, egress: 'none' })
  const ca = await pem('cert.pem')
  const secure = { url: 'https://secure.example/https', ca }
  const clients: [client: string, of: object][] = [
    ['fetch', { url: 'http://plain.example/fetch' }],
    ['fetch', { url: `http://${PUBLIC_ADDRESS}/fetch` }],
    ['http', { url: 'http://plain.example/http' }],
    ['https', secure],
    ['tcp', { host: 'plain.example', port: 80 }],
    ['curl', { url: 'http://plain.example/curl' }],
    ['curl', { url: 'https://secure.example/curl', options: '-k' }],
  ]
  for (const [client, of] of clients) {
    const what = `${client} ${JSON.stringify({ ...of, ca: undefined })}`
    t.match(JSON.stringify(await result(open, { client, ...of })), /reached/, `${what}: reached`)
    const answer = JSON.stringify(await result(shut, { client, ...of }))
    t.notMatch(answer, /reached/, `${what}: not with egress none`)
  }
  for (const host of ['rebound.example', 'inner.example']) {
    const url = `http://${host}/`
    const refused = { failed: /is 127\.0\.0\.1, which is not a public address/ }
    t.match(await result(open, { client: 'fetch', url }), refused, host)
    t.match(await result(open, { client: 'curl', url }), /not a public address\s+403$/, host)
  }
}

function pem(name: string): Promise<string> {
  return readFile(join(import.meta.dirname, '..', 'runtime-image', 'egress', name), 'utf8')
}

async function startHosts(): Promise<() => void> {
  const listener: RequestListener = ({ url }, response) => void response.end(`reached ${url}`)
  const plain = createServer(listener).listen(80)
  const [cert, key] = [await pem('cert.pem'), await pem('key.pem')]
  const secure = createSecureServer({ cert, key }, listener)
  secure.listen(443)
  await Promise.all([plain, secure].map((server) => server.listening || once(server, 'listening')))
  return () => {
    for (const server of [plain, secure]) {
      server.close()
      server.closeAllConnections()
    }
  }
}
