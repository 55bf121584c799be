import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where control groups that can be frozen are mounted. */
export interface FreezerMount {
  version: 1 | 2
  path: string
}

/**
 * Stands for the container's id in the path of a control group. The engine's two ways of laying them
 * out by default, its cgroupfs driver and its systemd driver, are known; others are learnt from a process.
 */
const ID = '{id}'
export const LAYOUTS: readonly string[] = [`docker/${ID}`, `system.slice/docker-${ID}.scope`]

/** https://docs.kernel.org/admin-guide/cgroup-v1/freezer-subsystem.html and cgroup-v2.html */
const FILES = {
  1: { order: 'freezer.state', freeze: 'FROZEN', thaw: 'THAWED', state: 'freezer.state' },
  2: { order: 'cgroup.freeze', freeze: '1', thaw: '0', state: 'cgroup.events' },
} as const
const IS_FROZEN = { 1: /^FROZEN$/m, 2: /^frozen 1$/m } as const
const IS_POPULATED = /^populated 1$/m

/**
 * Reads the text of /proc/self/mountinfo; see `man 5 proc_pid_mountinfo`. What is mounted to be read
 * only is left out. Version 2 comes first: what it has frozen can still be killed.
 */
export function freezerMounts(mountinfo: string): FreezerMount[] {
  const mounts: FreezerMount[] = []
  for (const line of mountinfo.split('\n')) {
    const [of = '', by = ''] = line.split(' - ')
    const [, , , , path = '', options = ''] = of.split(' ')
    const [type, , superOptions = ''] = by.split(' ')
    if (!options.split(',').includes('rw')) continue
    if (type === 'cgroup2') mounts.push({ version: 2, path: unescaped(path) })
    else if (type === 'cgroup' && superOptions.split(',').includes('freezer'))
      mounts.push({ version: 1, path: unescaped(path) })
  }
  return mounts.sort((a, b) => b.version - a.version)
}

/**
 * The layout of control groups by that of one process of a container: reads the text of
 * /proc/<pid>/cgroup. Undefined where the process is another one's, or outside of what can be seen.
 */
export function layoutOf(
  cgroups: string,
  { version, containerId }: { version: 1 | 2; containerId: string },
): string | undefined {
  const group = version === 2 ? /^0::(\/.*)$/m : /^\d+:(?:[^:\n]*,)?freezer(?:,[^:\n]*)?:(\/.*)$/m
  const path = group.exec(cgroups)?.[1]
  if (!path?.includes(containerId) || path.split('/').includes('..')) return undefined
  return path.slice(1).replaceAll(containerId, ID)
}

/** Freezes containers by the files of their control groups, all of one mount and one layout. */
export class CgroupFreezer {
  readonly version: 1 | 2
  readonly #pattern: string

  constructor({ version, path }: FreezerMount, layout: string) {
    this.version = version
    this.#pattern = join(path, layout)
  }

  /** Asks for it; that all of it stands still is said by `isFrozen`. Throws where it cannot be asked for. */
  freeze(containerId: string): void {
    this.#order(containerId, FILES[this.version].freeze)
  }

  /** It runs when this returns; of what is not frozen it is no error. Throws where it cannot be done. */
  thaw(containerId: string): void {
    this.#order(containerId, FILES[this.version].thaw)
  }

  isFrozen(containerId: string): boolean {
    return IS_FROZEN[this.version].test(this.#state(containerId))
  }

  /** Whether the container is here, and may be told to run by this process. */
  reaches(containerId: string): boolean {
    try {
      this.thaw(containerId)
      // Beside version 1 a group of version 2 may be there without any process of the container in it.
      return this.version === 1 || IS_POPULATED.test(this.#state(containerId))
    } catch {
      return false // Not there, or not for us to write: another way is taken.
    }
  }

  /** The file is never made: where the control group is not there, this throws. */
  #order(containerId: string, word: string): void {
    writeFileSync(join(this.#directory(containerId), FILES[this.version].order), word, {
      flag: 'r+',
    })
  }

  #state(containerId: string): string {
    return readFileSync(join(this.#directory(containerId), FILES[this.version].state), 'latin1')
  }

  #directory(containerId: string): string {
    return this.#pattern.replaceAll(ID, containerId)
  }
}

/** Spaces and the like are written as three octal digits. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)))
}
