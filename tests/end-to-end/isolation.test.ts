import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { functionsOf } from '../fixtures/deployed-functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { eventually, rest } from '../fixtures/rest.ts'
import { containersWith } from '../fixtures/sandboxes.ts'

await needsEngine(t)

const run = promisify(execFile)
const KEY = 'key-of-the-platform-0123456789'
const SECRET = 'secret-of-another-function'
const CANARY = 'canary-in-the-environment-of-the-platform'
const MB = 1024 * 1024
const REFUSED = /^(?:EROFS|EACCES|ENOENT|EPERM|EMFILE)$/

t.setTimeout(240_000)
const platform = await startPlatform({ HEARTH_API_KEY: KEY, CANARY_SECRET: CANARY })
t.teardown(() => platform.stop())
const authorized = { authorization: `Bearer ${KEY}` }
const { deploy, result } = functionsOf(platform, authorized)

/** Everything that only the platform may know, as it lies on its disk. */
const kept = JSON.parse(await readFile(join(platform.dataDir, 'secrets.json'), 'utf8'))
const secrets = [KEY, CANARY, ...(Object.values(kept) as string[])]

await rest(`${platform.url}/buckets/photos`, { method: 'PUT', headers: authorized })
const neighbour = await deploy('export const handler = async () => process.getuid()', {
  environment: { SECRET },
})
const probe = await deploy(
  `import { execSync } from 'node:child_process'
   import fs from 'node:fs'
   import net from 'node:net'
   import os from 'node:os'
   import process from 'node:process'
   const tell = (act) => { try { return String(act()) } catch (error) { return error.code ?? error.message } }
   const shell = (command) => {
     try { return execSync(command + ' 2>&1', { encoding: 'utf8', stdio: 'pipe', timeout: 5000 }) }
     catch (error) { return 'failed ' + error.status + ': ' + error.stdout }
   }
   const connect = (options) => new Promise((resolve) => {
     const socket = net.connect({ ...options, timeout: 2000 })
     for (const event of ['connect', 'timeout']) socket.once(event, () => { resolve(event); socket.destroy() })
     socket.once('error', (error) => resolve(error.code))
   })
   const acts = {
     read: (path) => tell(() => fs.readFileSync(path)),
     list: (path) => tell(() => fs.readdirSync(path).sort()),
     write: (path) => tell(() => fs.writeFileSync(path, 'x')),
     become: (id) => tell(() => process.setuid(id)),
     interfaces: () => JSON.stringify(Object.keys(os.networkInterfaces())),
     environment: () => JSON.stringify(process.env),
     shell, connect,
   }
   export const handler = async ({ act, of }) => acts[act](of)`,
  { memoryMb: 256, buckets: { read: ['photos'] } },
)

async function ask(act: string, of?: unknown): Promise<string> {
  return String(await result(probe, { act, of }))
}

interface Inspected {
  Config: { User: string; Env: string[] }
  HostConfig: Record<string, unknown> & {
    Memory: number
    MemorySwap: number
    CpuShares: number
    SecurityOpt: string[]
    Tmpfs: Record<string, string>
    Ulimits: { Name: string; Hard: number }[]
  }
  Mounts: { Source: string; Destination: string; Type: string; RW: boolean }[]
  NetworkSettings: { Ports: object; Networks: Record<string, { IPAddress: string }> }
}

/** All sandboxes of the platform as the engine shows them to anybody. */
async function inspectAll(): Promise<{ text: string; containers: Inspected[] }> {
  const node = (await readFile(join(platform.dataDir, 'node-id'), 'utf8')).trim()
  const ids = await containersWith(`hearth.node=${node}`)
  // One that has left since the listing is told on stderr, and the others are shown all the same.
  const { stdout: text } = await run('docker', ['inspect', ...ids], {
    maxBuffer: 64 * MB,
  }).catch((error: { stdout: string }) => error)
  return { text, containers: JSON.parse(text) as Inspected[] }
}

t.test('docker inspect shows every sandbox shut in, generic or not', async (t) => {
  t.ok(Number(await result(neighbour)) >= 20_000)
  await ask('interfaces')
  const containers = await eventually('two of functions, and a generic one', async () => {
    const { containers } = await inspectAll()
    return containers.length > 2 ? containers : undefined
  })
  for (const { Config, HostConfig, Mounts, NetworkSettings } of containers) {
    t.match(Config.User, /^(2[0-4]\d{3}):\1$/, 'a user that is not root')
    t.match(HostConfig, {
      NetworkMode: 'none',
      IpcMode: 'none',
      PidMode: '',
      UTSMode: '',
      UsernsMode: '',
      Init: true,
      Privileged: false,
      PublishAllPorts: false,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      PidsLimit: 256,
      LogConfig: { Type: 'none' },
    })
    for (const extra of [
      'CapAdd',
      'Devices',
      'DeviceRequests',
      'Binds',
      'VolumesFrom',
      'GroupAdd',
    ]) {
      t.notOk((HostConfig[extra] as unknown[] | null)?.length, `no ${extra}`)
    }
    t.ok(HostConfig.Memory >= 128 * MB && HostConfig.Memory === HostConfig.MemorySwap)
    t.ok(HostConfig.CpuShares >= 64 && HostConfig.CpuShares < 1024)
    t.ok(HostConfig.SecurityOpt.some((option) => option.startsWith('no-new-privileges')))
    t.ok(HostConfig.SecurityOpt.some((option) => /^seccomp=\{.*SCMP_ACT_ERRNO/.test(option)))
    t.match(HostConfig.Ulimits, [
      { Name: 'nofile', Hard: 1024 },
      { Name: 'core', Hard: 0 },
      { Name: 'msgqueue', Hard: 0 },
    ])
    t.same(Object.keys(HostConfig.Tmpfs), ['/tmp'])
    t.match(HostConfig.Tmpfs['/tmp'], /nosuid,nodev,size=512m/)
    const own = Mounts.find(({ Destination }) => Destination === '/var')
    t.match(own, { Type: 'bind', RW: false })
    t.ok(own?.Source.startsWith(`${platform.dataDir}/sandboxes/`))
    for (const mount of Mounts.filter((mount) => mount !== own)) {
      t.same(mount, { ...mount, Source: `${own?.Source}/run/hosts`, Destination: '/etc/hosts' })
      t.equal(mount.RW, false)
    }
    t.same(NetworkSettings.Ports, {})
    for (const { IPAddress } of Object.values(NetworkSettings.Networks)) t.equal(IPAddress, '')
  }
  const users = containers.map(({ Config }) => Config.User)
  t.equal(new Set(users).size, users.length, 'each with a user of its own')
  const sources = containers.map(({ Mounts }) => Mounts[0]?.Source)
  t.equal(new Set(sources).size, sources.length, 'each with a directory of its own')
  t.ok(
    containers.some(({ HostConfig }) => HostConfig.Memory === 256 * MB),
    'the limit is raised',
  )
})

t.test('docker inspect shows no secret, of the platform or of a function', async (t) => {
  await result(neighbour)
  const environment = JSON.parse(await ask('environment'))
  const { text, containers } = await inspectAll()
  for (const secret of [...secrets, SECRET, environment.AWS_SECRET_ACCESS_KEY]) {
    t.notOk(text.includes(secret))
  }
  const names = new Set(containers.flatMap(({ Config }) => Config.Env.map((v) => v.split('=')[0])))
  for (const name of names) {
    t.match(name, /^(?:PATH|HOME|LANG|TZ|NODE_VERSION|YARN_VERSION)$/, 'what every image has')
  }
})

t.test('no secret of the platform is anywhere inside', async (t) => {
  await result(neighbour)
  const seen = [
    await ask('environment'),
    await ask('read', '/proc/1/environ'),
    await ask('read', '/proc/self/environ'),
    await ask('shell', 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr "\\0" "\\n"'),
    await ask('shell', 'cat /etc/hosts /proc/self/mountinfo /etc/passwd | head -c 1000000'),
    await ask(
      'shell',
      'find /var /tmp /usr/local/lib/hearth -type f | xargs cat | head -c 5000000',
    ),
  ]
  t.match(seen[0], 'AWS_SECRET_ACCESS_KEY', 'its own credentials are there')
  for (const secret of [...secrets, SECRET]) t.notOk(seen.some((text) => text.includes(secret)))
})

t.test('there is no interface but lo, and nothing answers on it', async (t) => {
  t.equal(await ask('interfaces'), '["lo"]')
  t.match(await ask('list', '/sys/class/net'), /^lo$|ENOENT|EACCES/)
  const devices = await ask('read', '/proc/net/dev')
  t.same(
    devices.match(/^\s*(\S+):/gm)?.map((name) => name.trim()),
    ['lo:'],
  )
  t.equal(
    await ask('connect', { host: '127.0.0.1', port: Number(new URL(platform.url).port) }),
    'ECONNREFUSED',
  )
  for (const host of ['172.17.0.1', '10.0.0.1', '169.254.169.254', '1.1.1.1']) {
    t.match(await ask('shell', `curl -sS -m 2 --noproxy '*' http://${host}/`), /^failed 7:/, host)
  }
})

t.test('there is no engine, no neighbour and no host', async (t) => {
  for (const path of [
    '/var/run/docker.sock',
    '/run/docker.sock',
    '/run/containerd/containerd.sock',
  ]) {
    t.equal(await ask('connect', { path }), 'ENOENT', path)
  }
  t.match(
    await ask('shell', 'find / -xdev -type s 2>/dev/null; find /var -type s'),
    /^(?:failed 1: )?\/var\/run\/hearth\.sock\n$/,
  )
  t.equal(await ask('list', '/var'), 'compiled,opt,run,task')
  t.equal(await ask('list', '/var/task'), 'index.mjs')
  t.equal(await ask('list', platform.dataDir), 'ENOENT')
  t.equal(await ask('list', '/root'), 'EACCES')
  t.equal(await ask('read', '/etc/shadow'), 'EACCES')
  const processes = await ask('shell', 'cat /proc/[0-9]*/comm')
  t.notMatch(processes, /dockerd|containerd|redis|minio|npm/)
})

t.test('nothing but /tmp can be written', async (t) => {
  for (const folder of [
    '',
    '/var',
    '/var/task',
    '/var/compiled',
    '/var/run',
    '/var/opt',
    '/opt',
    '/usr/local/lib/hearth',
    '/etc',
    '/dev',
    '/dev/shm',
    '/dev/mqueue',
    '/sys',
    '/proc',
    '/sys/fs/cgroup',
  ]) {
    t.match(await ask('write', `${folder}/written`), REFUSED, folder)
  }
  for (const file of ['/var/task/index.mjs', '/etc/hosts', '/proc/sys/kernel/core_pattern']) {
    t.match(await ask('write', file), REFUSED, file)
  }
  const search = 'find / -xdev -writable -not -type l -not -path "/proc/*" 2>/dev/null; true'
  t.equal(await ask('shell', search), '/tmp\n')
  t.equal(await ask('write', '/tmp/written'), 'undefined')
})

t.test('there is no way to be somebody else', async (t) => {
  t.equal(await ask('become', 0), 'EPERM')
  const status = await ask('read', '/proc/self/status')
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
    t.match(status, new RegExp(`^${set}:\\s+0{16}$`, 'm'))
  }
  t.match(status, /^NoNewPrivs:\s+1$/m)
  t.match(status, /^Seccomp:\s+2$/m)
  t.match(status, /^Uid:\s+(2[0-4]\d{3})\s+\1\s+\1\s+\1$/m)
  t.match(status, /^Groups:\s*(?:2[0-4]\d{3}\s*)?$/m)
  for (const command of [
    'mount -t tmpfs none /tmp',
    'mount --bind /tmp /var',
    'unshare -n true',
    'unshare -Ur true',
    'nsenter -t 1 -a true',
    'mknod /tmp/disk b 8 0',
  ]) {
    t.match(await ask('shell', command), /^failed/, command)
  }
})

t.test('system calls that have let others out are refused', async (t) => {
  // perl is the one program in the image that makes any system call: x86-64 and arm64 numbers.
  const arm = process.arch === 'arm64' ? 1 : 0
  const calls: Record<string, [number, number, string]> = {
    ptrace: [101, 117, '16, 1, 0, 0'],
    mount: [165, 40, '0, 0, 0, 0, 0'],
    unshare: [272, 97, '0x10000000'],
    setns: [308, 268, '0, 0'],
    io_uring_setup: [425, 425, '1, 0'],
    'socket(AF_VSOCK)': [41, 198, '40, 1, 0'],
    'socket(AF_ALG)': [41, 198, '38, 5, 0'],
    'socket(AF_PACKET)': [41, 198, '17, 3, 0'],
    'clone(CLONE_NEWUSER)': [56, 220, '0x10000011, 0, 0, 0, 0'],
    bpf: [321, 280, '0, 0, 0'],
    userfaultfd: [323, 282, '0'],
    keyctl: [250, 219, '0, 0, 0'],
    process_vm_readv: [310, 270, '1, 0, 0, 0, 0, 0'],
  }
  for (const [name, call] of Object.entries(calls)) {
    const command = `perl -e '$r = syscall(${call[arm]}, ${call[2]}); print $r, " ", $! + 0'`
    t.match(await ask('shell', command), /^-1 (?:1|38)$/, `${name}: EPERM or ENOSYS`)
  }
})
