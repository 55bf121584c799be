import t from 'tap'
import { containerSpec, memoryAndCpu } from '../../../scheduler/pool/container-spec.ts'
import { sandboxDirectory } from '../../../scheduler/pool/sandbox-directory.ts'
import { seccompProfile } from '../../../scheduler/pool/seccomp.ts'

const order = {
  id: 'abc',
  directory: sandboxDirectory('/data/sandboxes', 'abc'),
  uid: 20_007,
  memoryMb: 128,
  heapMb: 1024,
  bootEnvironment: {},
  isOwn: false,
  node: 'n1',
  boot: 'b1',
}
const host = { image: 'img', runtime: undefined, hostDirectory: '/host/abc' }

t.test('a container is built from these fields and no others', async (t) => {
  const spec = containerSpec(order, host)
  t.strictSame(Object.keys(spec).sort(), [
    'Cmd',
    'Entrypoint',
    'Env',
    'HostConfig',
    'Hostname',
    'Image',
    'Labels',
    'NetworkDisabled',
    'User',
    'WorkingDir',
  ])
  t.strictSame(Object.keys(spec.HostConfig).sort(), [
    'AutoRemove',
    'CapDrop',
    'CgroupnsMode',
    'CpuShares',
    'Init',
    'IpcMode',
    'LogConfig',
    'Memory',
    'MemorySwap',
    'Mounts',
    'NetworkMode',
    'OomScoreAdj',
    'PidsLimit',
    'Privileged',
    'ReadonlyRootfs',
    'RestartPolicy',
    'SecurityOpt',
    'Tmpfs',
    'Ulimits',
  ])
  t.match(spec, {
    Image: 'img',
    User: '20007:20007',
    Labels: { 'hearth.node': 'n1', 'hearth.boot': 'b1', 'hearth.sandbox': 'abc' },
    NetworkDisabled: true,
    HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'], ReadonlyRootfs: true, Privileged: false },
  })
  for (const mount of spec.HostConfig.Mounts ?? []) {
    t.match(mount, { ReadOnly: true, Type: 'bind', Source: /^\/host\/abc/ })
  }
})

t.test('what differs between sandboxes', async (t) => {
  const large = containerSpec(
    { ...order, memoryMb: 2048, heapMb: 1638, bootEnvironment: { NODE_OPTIONS: '--trace-gc' } },
    { ...host, runtime: 'runsc' },
  )
  t.equal(large.HostConfig.Memory, 2048 * 2 ** 20)
  t.equal(large.HostConfig.MemorySwap, large.HostConfig.Memory)
  t.equal(large.HostConfig.Runtime, 'runsc')
  t.ok(large.Env?.includes('NODE_OPTIONS=--trace-gc'))
  t.ok((large.Entrypoint as string[]).includes('--max-old-space-size=1638'))
  t.notOk('Runtime' in containerSpec(order, host).HostConfig)
})

t.test('processor shares follow memory, with a floor', async (t) => {
  t.equal(memoryAndCpu(1769).CpuShares, 1024)
  t.equal(memoryAndCpu(128).CpuShares, 74)
  t.equal(memoryAndCpu(10_240).CpuShares, 5928)
})

t.test('the system call filter forbids what it does not name', async (t) => {
  const profile = JSON.parse(seccompProfile())
  t.equal(profile.defaultAction, 'SCMP_ACT_ERRNO')
  const allowed = new Set<string>()
  for (const { action, names, args } of profile.syscalls) {
    if (action === 'SCMP_ACT_ALLOW' && !args) for (const name of names) allowed.add(name)
  }
  for (const name of ['read', 'futex', 'execve', 'epoll_wait', 'statx', 'rseq'])
    t.ok(allowed.has(name), name)
  for (const name of [
    'ptrace',
    'mount',
    'bpf',
    'keyctl',
    'unshare',
    'setns',
    'socket',
    'clone',
    'io_uring_setup',
    'userfaultfd',
    'perf_event_open',
    'process_vm_readv',
    'open_by_handle_at',
    'personality',
    'kexec_load',
    'init_module',
    'pivot_root',
    'chroot',
    'swapon',
    'reboot',
    'settimeofday',
    'quotactl',
    'acct',
  ]) {
    t.notOk(allowed.has(name), name)
  }
})

t.test('a directory whose socket no kernel could name is refused, with the remedy', async (t) => {
  t.throws(() => sandboxDirectory(`/${'d'.repeat(90)}`, 'abcdefabcdef'), {
    code: 'SandboxFailed',
    message: /choose a shorter DATA_DIR/,
  })
})
