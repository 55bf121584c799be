import t from 'tap'
import { needsEngine, startPool } from '../../fixtures/pool.ts'

await needsEngine(t)

process.env.HEARTH_CANARY_SECRET = 'canary-of-the-platform'
const rig = await startPool({ generic: 2 })
t.teardown(() => rig.close())

const ENETUNREACH = '101'
const SECRET = 'secret-of-the-function'
const prober = await rig.deploy(
  `import { execSync } from 'node:child_process'
   import fs from 'node:fs'
   import net from 'node:net'
   const tell = (probe) => { try { return String(probe()) } catch (error) { return error.code ?? error.message } }
   const shell = (command) => { try { return execSync(command, { encoding: 'utf8', stdio: 'pipe' }) } catch (error) { return 'failed: ' + error.status + ' ' + error.stderr } }
   const connect = (options) => new Promise((resolve) => {
     const socket = net.connect({ ...options, timeout: 1000 })
     for (const event of ['connect', 'timeout']) socket.once(event, () => { resolve(event); socket.destroy() })
     socket.once('error', (error) => resolve(error.code))
   })
   export const handler = async (ask) => {
     if (ask.read) return tell(() => fs.readFileSync(ask.read))
     if (ask.list) return tell(() => fs.readdirSync(ask.list).sort())
     if (ask.write) return tell(() => fs.writeFileSync(ask.write, 'x'))
     if (ask.shell) return shell(ask.shell)
     if (ask.connect) return connect(ask.connect)
     if (ask.environment) return process.env
   }`,
  { environment: { SECRET }, memoryMb: 256, timeoutSeconds: 20 },
)

async function ask(question: Record<string, unknown>): Promise<string> {
  const { result, answer } = await rig.call(prober, question)
  if (answer.functionError) throw new Error(answer.functionError.errorMessage)
  return typeof result === 'string' ? result : JSON.stringify(result)
}

async function inspectOwn() {
  const listed = await rig.engine.list([`hearth.node=${rig.options.nodeId}`])
  return Promise.all(listed.map(({ containerId }) => rig.engine.inspect(containerId)))
}

t.test('docker inspect shows a sandbox shut in, and no secret', async (t) => {
  await ask({ environment: true })
  const containers = await inspectOwn()
  t.ok(containers.length > 0)
  const users = new Set<string>()
  for (const { Config, HostConfig, Mounts, NetworkSettings } of containers) {
    const [uid, gid] = Config.User.split(':').map(Number)
    t.ok(uid && uid >= 20_000 && uid === gid, 'a user of its own, not root')
    t.notOk(users.has(Config.User), 'shared with no other sandbox')
    users.add(Config.User)
    t.match(HostConfig, {
      NetworkMode: 'none',
      IpcMode: 'none',
      PidMode: '',
      UTSMode: '',
      Init: true,
      Privileged: false,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      PidsLimit: 256,
      LogConfig: { Type: 'none' },
    })
    t.notOk(HostConfig.CapAdd?.length)
    t.notOk(HostConfig.Devices?.length)
    t.notOk(HostConfig.Binds?.length)
    t.equal(HostConfig.Memory, HostConfig.MemorySwap, 'no swap')
    t.match(HostConfig.SecurityOpt, [
      /^no-new-privileges/,
      /^seccomp=\{"defaultAction":"SCMP_ACT_ERRNO"/,
    ])
    t.strictSame(Object.keys(HostConfig.Tmpfs ?? {}), ['/tmp'])
    t.match(HostConfig.Tmpfs?.['/tmp'], /nosuid,nodev,size=512m/)
    t.match(HostConfig.Ulimits, [
      { Name: 'nofile', Hard: 1024 },
      { Name: 'core', Hard: 0 },
      { Name: 'msgqueue', Hard: 0 },
    ])
    const [hosts, own] = Mounts.toSorted((a, b) => a.Destination.localeCompare(b.Destination))
    t.equal(Mounts.length, 2, 'its own directory is all that is mounted')
    t.match(own, { Destination: '/var', RW: false, Type: 'bind' })
    t.match(hosts, { Source: `${own?.Source}/run/hosts`, Destination: '/etc/hosts', RW: false })
    t.strictSame(NetworkSettings.Ports, {})
  }
  const limits = containers.map(({ HostConfig }) => (HostConfig.Memory ?? 0) / 2 ** 20)
  t.ok(limits.includes(256), 'the limit was raised to that of the function')
  const all = JSON.stringify(containers)
  t.notOk(all.includes(SECRET), "the function's secret")
  t.notOk(all.includes('canary-of-the-platform'), "the platform's secret")
})

t.test('from inside there is no privilege to be had', async (t) => {
  const status = await ask({ read: '/proc/self/status' })
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
    t.match(status, new RegExp(`${set}:\\s+0{16}`))
  }
  t.match(status, /NoNewPrivs:\s+1/)
  t.match(status, /Seccomp:\s+2/)
  t.match(status, /Uid:\s+(2\d{4})\s+\1\s+\1\s+\1/)
})

t.test('from inside there is no network but loopback', async (t) => {
  const devices = await ask({ read: '/proc/net/dev' })
  t.strictSame(
    devices.match(/^\s*(\S+):/gm)?.map((name) => name.trim()),
    ['lo:'],
  )
  for (const host of ['172.17.0.1', '10.0.0.1', '169.254.169.254', '1.1.1.1']) {
    const curl = `curl -sS -m 2 --noproxy '*' http://${host}/`
    t.match(await ask({ shell: curl }), /Couldn't connect|unreachable/, host)
    const [a, b, c, d] = host.split('.')
    const address = `pack("SnC4x8", 2, 80, ${a}, ${b}, ${c}, ${d})`
    const perl = `perl -e 'socket(S, 2, 1, 0); print connect(S, ${address}) ? "connected" : $! + 0'`
    t.equal(await ask({ shell: perl }), ENETUNREACH, host)
  }
  t.equal(await ask({ connect: { host: '127.0.0.1', port: 4327 } }), 'ECONNREFUSED')
})

t.test('from inside there is no engine, no other function, no host', async (t) => {
  for (const path of [
    '/var/run/docker.sock',
    '/run/docker.sock',
    '/run/containerd/containerd.sock',
  ]) {
    t.equal(await ask({ connect: { path } }), 'ENOENT', path)
  }
  t.equal(await ask({ list: '/var' }), 'compiled,opt,run,task')
  t.equal(await ask({ list: '/var/task' }), 'index.mjs')
  t.equal(await ask({ list: '/var/run' }), 'hearth.sock,hosts,stderr,stdout')
  t.equal(await ask({ list: '/root' }), 'EACCES')
  const processes = await ask({ shell: 'cat /proc/[0-9]*/comm' })
  t.notMatch(processes, /dockerd|redis|containerd/, 'sees its own processes only')
})

t.test('from inside only /tmp can be written', async (t) => {
  for (const path of [
    '/x',
    '/var/x',
    '/var/task/x',
    '/var/task/index.mjs',
    '/var/run/x',
    '/opt/x',
    '/usr/local/lib/hearth/x',
  ]) {
    t.match(await ask({ write: path }), /EROFS|EACCES/, path)
  }
  for (const path of ['/dev/x', '/dev/shm/x', '/sys/x', '/proc/sys/kernel/core_pattern']) {
    t.match(await ask({ write: path }), /EROFS|EACCES|ENOENT/, path)
  }
  t.equal(await ask({ write: '/tmp/x' }), 'undefined')
  t.match(
    await ask({ shell: 'cp /usr/bin/true /tmp/t && /tmp/t && echo runs' }),
    /runs/,
    'native parts may be unpacked and run there',
  )
  t.match(await ask({ shell: 'find / -xdev -perm -4000 -type f 2>/dev/null; id -u' }), /2\d{4}/)
})

t.test(
  'the environment holds what the function was given, and nothing of the platform',
  async (t) => {
    const environment = await ask({ environment: true })
    t.match(environment, SECRET)
    t.notMatch(environment, 'canary-of-the-platform')
    t.notMatch(await ask({ shell: 'cat /proc/*/environ 2>/dev/null | tr "\\0" "\\n"' }), 'canary')
  },
)

t.test('system calls that have let others out are not there', async (t) => {
  // x86-64 and arm64 numbers; perl is the one interpreter in the image with raw system calls.
  const [x64, arm64] = [0, 1]
  const column = process.arch === 'arm64' ? arm64 : x64
  const calls: Record<string, [number, number, string]> = {
    ptrace: [101, 117, '0, 0, 0, 0'],
    mount: [165, 40, '0, 0, 0, 0, 0'],
    unshare: [272, 97, '0x10000000'],
    setns: [308, 268, '0, 0'],
    bpf: [321, 280, '0, 0, 0'],
    keyctl: [250, 219, '0, 0, 0'],
    add_key: [248, 217, '0, 0, 0, 0, 0'],
    userfaultfd: [323, 282, '0'],
    perf_event_open: [298, 241, '0, 0, 0, 0, 0'],
    io_uring_setup: [425, 425, '1, 0'],
    open_by_handle_at: [304, 265, '0, 0, 0'],
    process_vm_readv: [310, 270, '0, 0, 0, 0, 0, 0'],
    kexec_load: [246, 104, '0, 0, 0, 0'],
    clone_newuser: [56, 220, '0x10000011, 0, 0, 0, 0'],
    socket_alg: [41, 198, '38, 5, 0'],
    socket_vsock: [41, 198, '40, 1, 0'],
    socket_packet: [41, 198, '17, 3, 0'],
    personality: [135, 92, '0x0040000'],
  }
  for (const [name, numbers] of Object.entries(calls)) {
    const command = `perl -e '$r = syscall(${numbers[column]}, ${numbers[2]}); print $r, " ", $! + 0'`
    t.match(await ask({ shell: command }), /^-1 (1|38)$/, name)
  }
})

t.test('what ordinary programs do goes through the filter', async (t) => {
  const commands = [
    'getent hosts localhost',
    'sh -c "echo a | grep a | wc -l"',
    'curl --version',
    "node -e \"new (require('worker_threads').Worker)('process.exit(0)', {eval: true}).on('exit', () => console.log(1))\"",
    "node -e \"require('zlib').gzip('x', () => require('crypto').pbkdf2('a', 'b', 9, 9, 'sha1', () => console.log(1)))\"",
    "node -e \"require('fs').promises.cp('/var/task', '/tmp/copy', {recursive: true}).then(() => console.log(1))\"",
    "node -e \"const w = require('fs').watch('/tmp'); w.close(); console.log(1)\"",
    'tar cf - /var/task | gzip | gunzip | tar tf -',
  ]
  for (const command of commands) t.notMatch(await ask({ shell: command }), /^failed/, command)
})
