import type { ContainerSpec } from '../engine.ts'
import type { LaunchOrder } from './driver.ts'
import { seccompProfile } from './seccomp.ts'

const MB = 1024 * 1024
/** Lambda gives one vCPU at 1,769 MB, and shares of it below. */
const MEMORY_MB_OF_ONE_CPU = 1769
const SHARES_OF_ONE_CPU = 1024
/** Fewer than this and a sandbox could starve under load for as long as its deadline. */
const CPU_SHARES_MIN = 64
const TMP_MB = 512
/** Threads count: Node has 11, an image library one per core. A fork bomb stops here. */
const PIDS_MAX = 256
const OPEN_FILES_MAX = 1024
/** When the host itself runs out of memory, sandboxes are killed before anything else. */
const OOM_SCORE = 500

export const LABELS = {
  node: 'hearth.node',
  boot: 'hearth.boot',
  sandbox: 'hearth.sandbox',
} as const

export interface ContainerHost {
  image: string
  /** An OCI runtime of the engine, where not its default one. */
  runtime: string | undefined
  /** The sandbox's directory as the engine's host knows it. */
  hostDirectory: string
}

/**
 * Everything that a sandbox's container is. This is an allow-list: nothing here comes from a
 * function but its memory and the variables that Node reads at boot, and nothing is added elsewhere.
 */
export function containerSpec(order: LaunchOrder, host: ContainerHost): ContainerSpec {
  return {
    Image: host.image,
    User: `${order.uid}:${order.uid}`,
    Hostname: 'sandbox',
    WorkingDir: '/var/task',
    Entrypoint: ['/bin/sh', '-c', COMMAND, 'sandbox', `--max-old-space-size=${order.heapMb}`],
    Cmd: [],
    Env: environment(order.bootEnvironment),
    Labels: {
      [LABELS.node]: order.node,
      [LABELS.boot]: order.boot,
      [LABELS.sandbox]: order.id,
    },
    // The engine then makes no network of its own for it, which halves the time to start: the
    // runtime gives it a new network namespace with nothing but a loopback device.
    NetworkDisabled: true,
    HostConfig: {
      NetworkMode: 'none',
      IpcMode: 'none',
      CgroupnsMode: 'private',
      Init: true,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      Privileged: false,
      SecurityOpt: ['no-new-privileges:true', `seccomp=${seccompProfile()}`],
      Mounts: [
        readOnly(host.hostDirectory, '/var'),
        // Out of the same directory. An engine that makes no network writes no hosts file either.
        readOnly(`${host.hostDirectory}/run/hosts`, '/etc/hosts'),
      ],
      Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,size=${TMP_MB}m,mode=1777` },
      ...memoryAndCpu(order.memoryMb),
      PidsLimit: PIDS_MAX,
      OomScoreAdj: OOM_SCORE,
      Ulimits: [
        { Name: 'nofile', Soft: OPEN_FILES_MAX, Hard: OPEN_FILES_MAX },
        { Name: 'core', Soft: 0, Hard: 0 },
        // The engine mounts /dev/mqueue for writing: what lay there would count against nothing.
        { Name: 'msgqueue', Soft: 0, Hard: 0 },
      ],
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      ...(host.runtime ? { Runtime: host.runtime } : {}),
    },
  }
}

/** What `update` changes when a generic sandbox becomes a function's. */
export function memoryAndCpu(memoryMb: number): {
  Memory: number
  MemorySwap: number
  CpuShares: number
} {
  const shares = Math.round((memoryMb / MEMORY_MB_OF_ONE_CPU) * SHARES_OF_ONE_CPU)
  return {
    Memory: memoryMb * MB,
    MemorySwap: memoryMb * MB,
    CpuShares: Math.max(CPU_SHARES_MIN, shares),
  }
}

function readOnly(source: string, target: string) {
  // No propagation is named: the engine knows what a folder in one of its own volumes needs.
  return { Type: 'bind' as const, Source: source, Target: target, ReadOnly: true }
}

/** The shell opens the pipes, and is Node from then on. */
const COMMAND =
  'exec node "$1" /usr/local/lib/hearth/bootstrap.mjs >/var/run/stdout 2>/var/run/stderr'

function environment(bootEnvironment: Record<string, string>): string[] {
  const given = Object.entries(bootEnvironment).map(([name, value]) => `${name}=${value}`)
  return ['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/tmp', 'LANG=C.UTF-8', 'TZ=:UTC', ...given]
}
