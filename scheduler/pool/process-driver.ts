import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, readdirSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { HearthError } from '../../core/errors.ts'
import type { EngineCallTally, FreezingWay } from '../../core/links/invoke-link.ts'
import { withDeadline } from '../deadline.ts'
import {
  type Driver,
  type Launched,
  type LaunchOrder,
  type ListedSandbox,
  type SandboxEnd,
  signalName,
} from './driver.ts'
import { canFindLeftovers, endLeftovers } from './leftover-processes.ts'

/** `nobody`: what sandboxes run as where the platform is root. */
const UNPRIVILEGED_ID = 65_534
const PROBE_MS_MAX = 10_000
const KILL_MS_MAX = 5000

export interface ProcessDriverOptions {
  /** Holds bootstrap.mjs; readable for every user where the platform is root. */
  runtime: string
  /** The pool's `directory`. */
  directory: string
}

interface Running {
  child: ChildProcess
  node: string
  boot: string
  end: Promise<SandboxEnd>
}

/**
 * Sandboxes are plain child processes with the same runtime and the same socket. There is no
 * isolation: handlers share one user, the network and the file system with each other and with the
 * host, and no memory or CPU limit is enforced. Only for machines where no engine can be had.
 */
export class ProcessDriver implements Driver {
  readonly kind = 'process'
  readonly freezing: FreezingWay
  readonly imageId = undefined
  readonly #bootstrap: string
  readonly #user: { uid?: number; gid?: number }
  readonly #running = new Map<string, Running>()

  private constructor(of: {
    bootstrap: string
    user: { uid?: number; gid?: number }
    freezing: FreezingWay
  }) {
    this.#bootstrap = of.bootstrap
    this.#user = of.user
    this.freezing = of.freezing
  }

  /**
   * Ends what an earlier start on the directory has left standing still. Throws SandboxFailed where the sandboxes' user could not read
   * what it has to run.
   */
  static async open(options: ProcessDriverOptions): Promise<ProcessDriver> {
    const bootstrap = join(options.runtime, 'bootstrap.mjs')
    const isRoot = process.getuid?.() === 0
    const user = isRoot ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {}
    if (isRoot) {
      letThrough(dirname(options.directory))
      letThrough(dirname(options.runtime))
      chmodSync(options.runtime, 0o755)
      for (const file of readdirSync(options.runtime)) chmodSync(join(options.runtime, file), 0o644)
    }
    await probe(bootstrap, user)
    await endLeftovers(bootstrap, options.directory)
    const freezing = (await canFindLeftovers()) ? 'signals' : 'off'
    return new ProcessDriver({ bootstrap, user, freezing })
  }

  async launch(order: LaunchOrder): Promise<Launched> {
    const { id, directory, heapMb, bootEnvironment, node, boot } = order
    const child = spawn(
      process.execPath,
      [`--max-old-space-size=${heapMb}`, this.#bootstrap, directory.path],
      {
        ...this.#user,
        cwd: directory.task,
        // Nothing of the platform's own environment, and a process group to end all of it by.
        env: { ...ENVIRONMENT, ...bootEnvironment },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      },
    )
    const end = endOf(child)
    await spawned(child)
    this.#running.set(id, { child, node, boot, end })
    return { stdout: child.stdout as Readable, stderr: child.stderr as Readable }
  }

  /** There is no limit to raise. */
  async update(): Promise<void> {}

  async freeze(id: string): Promise<void> {
    this.#signal(id, 'SIGSTOP')
  }

  async thaw(id: string): Promise<void> {
    this.#signal(id, 'SIGCONT')
  }

  async remove(handle: string): Promise<void> {
    const running = this.#running.get(handle)
    if (!running) return
    this.#signal(handle, 'SIGKILL')
    await withDeadline(KILL_MS_MAX, 'End of a sandbox process', () => running.end)
    this.#running.delete(handle)
  }

  /** Those of an earlier start have ended by themselves when their link closed, or at `open`. */
  async list(node: string): Promise<ListedSandbox[]> {
    return [...this.#running]
      .filter(([, running]) => running.node === node)
      .map(([id, { child, boot }]) => ({
        handle: id,
        id,
        boot,
        running: child.exitCode === null && child.signalCode === null,
      }))
  }

  async howEnded(id: string, ms: number): Promise<SandboxEnd> {
    const running = this.#running.get(id)
    if (!running) return { oomKilled: false }
    try {
      return await withDeadline(ms, 'End of a sandbox process', () => running.end)
    } catch {
      return { oomKilled: false } // It lives on without its link; whoever asks removes it.
    }
  }

  async removedContainers(): Promise<ReadonlySet<string>> {
    return new Set()
  }

  callTallies(): Record<string, EngineCallTally> {
    return {}
  }

  async ping(): Promise<void> {}

  async describe(): Promise<string> {
    return 'Plain processes of this machine'
  }

  /** To its whole process group: what a handler has started included. */
  #signal(id: string, signal: NodeJS.Signals): void {
    const pid = this.#running.get(id)?.child.pid
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Others may pass through the folder to what lies in it and is theirs, but not see what there is. */
function letThrough(folder: string): void {
  chmodSync(folder, statSync(folder).mode | 0o001)
}

const ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/tmp',
  LANG: 'C.UTF-8',
  TZ: ':UTC',
}

async function spawned(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.once('spawn', resolve)
  child.once('error', (cause) => {
    reject(new HearthError('SandboxFailed', { reason: cause.message }, { cause }))
  })
  await promise
}

function endOf(child: ChildProcess): Promise<SandboxEnd> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ oomKilled: false }))
    child.once('exit', (exitCode, signal) => {
      if (signal) {
        const number = constants.signals[signal]
        resolve({ exitCode: 128 + number, signal: signalName(number), oomKilled: false })
      } else resolve({ exitCode: exitCode ?? 0, oomKilled: false })
    })
  })
}

/** Runs Node as the sandboxes' user and reads the bootstrap, to fail at the start and not at the first call. */
async function probe(bootstrap: string, user: { uid?: number; gid?: number }): Promise<void> {
  const script = 'require("node:fs").accessSync(process.argv[1])'
  const child = spawn(process.execPath, ['-e', script, bootstrap], {
    ...user,
    cwd: '/',
    env: ENVIRONMENT,
    stdio: 'ignore',
  })
  const end = await withDeadline(PROBE_MS_MAX, 'Test of the process driver', () => endOf(child))
  if (end.exitCode === 0) return
  child.kill('SIGKILL')
  const reason =
    `the user "nobody" cannot run "${process.execPath}" and read "${bootstrap}" with it; ` +
    'put the platform and its DATA_DIR where every user may enter, or start it as another user'
  throw new HearthError('SandboxFailed', { reason })
}
