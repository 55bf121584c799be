import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { HearthError } from '../../core/errors.ts'
import type { Egress } from '../../core/functions/function.ts'
import { namedHosts } from '../../core/named-hosts.ts'

/** A socket's path has 107 bytes in the kernel; longer ones would be cut off without a word. */
const SOCKET_PATH_BYTES_MAX = 107
const MKFIFO_TIMEOUT_MS = 5000
const HOSTS = '127.0.0.1\tlocalhost sandbox\n::1\tip6-localhost\n'
const run = promisify(execFile)

/** A sandbox's directory on the host: `/var` inside, mounted read-only. */
export interface SandboxDirectory {
  path: string
  /** The function's code. */
  task: string
  /** Layers. */
  opt: string
  /** What earlier sandboxes of the function have compiled of its code. */
  compiled: string
  run: string
  socket: string
  stdout: string
  stderr: string
  /** `/etc/hosts` inside. */
  hosts: string
}

/** Throws SandboxFailed where the socket's path would be too long. */
export function sandboxDirectory(root: string, id: string): SandboxDirectory {
  const path = join(root, id)
  const runPath = join(path, 'run')
  const socket = join(runPath, 'hearth.sock')
  if (Buffer.byteLength(socket) > SOCKET_PATH_BYTES_MAX) {
    const reason = `"${socket}" is longer than a socket's path may be; choose a shorter DATA_DIR`
    throw new HearthError('SandboxFailed', { reason })
  }
  return {
    path,
    task: join(path, 'task'),
    opt: join(path, 'opt'),
    compiled: join(path, 'compiled'),
    run: runPath,
    socket,
    stdout: join(runPath, 'stdout'),
    stderr: join(runPath, 'stderr'),
    hosts: join(runPath, 'hosts'),
  }
}

/** The sandbox's user only ever reads here, so the modes do not depend on who owns the files. */
export function makeSandboxDirectory(directory: SandboxDirectory): void {
  const { path, task, opt, compiled, run } = directory
  for (const folder of [path, task, opt, compiled, run]) {
    mkdirSync(folder)
    chmodSync(folder, 0o755)
  }
  writeFileSync(directory.hosts, HOSTS)
  chmodSync(directory.hosts, 0o644)
}

/**
 * Lets child processes find the hosts that the function names, by name. Written over and not
 * replaced: what is mounted is this very file.
 */
export function writeNamedHosts(directory: SandboxDirectory, egress: Egress): void {
  if (!Array.isArray(egress)) return
  const lines = namedHosts(egress).flatMap(({ host, address }) =>
    isIP(host) || host.endsWith('localhost') ? [] : `${address}\t${host}\n`,
  )
  if (lines.length > 0) writeFileSync(directory.hosts, HOSTS + [...new Set(lines)].join(''))
}

/** Two named pipes that anyone inside may write to; only the pool reads. */
export async function makeOutputPipes(directory: SandboxDirectory): Promise<void> {
  await run('mkfifo', ['-m', '622', directory.stdout, directory.stderr], {
    timeout: MKFIFO_TIMEOUT_MS,
  })
}

export async function removeSandboxDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 })
}

/**
 * The folder of all sandbox directories, closed to the host's other users: the engine mounts as
 * root. `open` lets them pass through, for sandboxes that are plain processes of another user.
 */
export function openSandboxRoot(root: string, open: boolean): void {
  mkdirSync(root, { recursive: true })
  chmodSync(root, open ? 0o711 : 0o700)
}
