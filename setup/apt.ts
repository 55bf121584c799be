import { CommandError, findProgram, run } from './command.ts'
import { agreed } from './question.ts'
import type { Report } from './report.ts'

const INSTALL_DEADLINE_MS = 600_000
const APT = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y'] as const

/** Whether packages come with those that Debian recommends beside them. */
export type Extent = 'bare' | 'recommended'

/** What installing system packages depends on. */
export interface Host {
  platform: NodeJS.Platform
  root: boolean
  aptGet: boolean
}

/** Why system packages cannot be installed here, or undefined where they can. */
export function whyNoPackages(host: Host, packages: readonly string[]): string | undefined {
  const command = `apt-get install ${packages.join(' ')}`
  if (host.platform !== 'linux') return 'system packages are installed on Debian and Ubuntu only'
  if (!host.aptGet) return 'there is no apt-get: install it with the package manager of this system'
  if (!host.root) return `installing it needs root: run "sudo ${command}"`
  return undefined
}

/**
 * Installs Debian packages, one request at a time, since apt holds a lock. At a terminal it asks first.
 */
export class Apt {
  readonly #report: Report
  readonly #allowed: boolean
  #queue: Promise<unknown> = Promise.resolve()
  #listed = false

  /** Without `allowed` every installation is refused: in a container it would be lost at once. */
  constructor(report: Report, allowed: boolean) {
    this.#report = report
    this.#allowed = allowed
  }

  /** Resolves to undefined when the packages are installed, else to why they are not. */
  install(
    part: string,
    packages: readonly string[],
    extent: Extent = 'bare',
  ): Promise<string | undefined> {
    const turn = this.#queue.then(() => this.#install(part, packages, extent))
    this.#queue = turn
    return turn
  }

  /** The version that would be installed, or undefined where nothing is known. */
  async candidate(name: string): Promise<string | undefined> {
    if (whyNoPackages(await thisHost(), [name])) return undefined
    const policy = async () => await run(['apt-cache', 'policy', name], { deadlineMs: 30_000 })
    return /Candidate: (?!\(none\))(\S+)/.exec(await policy().catch(() => ''))?.[1]
  }

  async #install(
    part: string,
    packages: readonly string[],
    extent: Extent,
  ): Promise<string | undefined> {
    if (!this.#allowed) return 'nothing is installed here'
    const obstacle = whyNoPackages(await thisHost(), packages)
    if (obstacle) return obstacle
    const question = `${part}: install ${packages.join(', ')} with apt-get?`
    if (!(await this.#report.asking(() => agreed(question)))) return 'installing it was declined'
    try {
      await this.#report.busy(part, `apt-get install ${packages.join(' ')}`, async () => {
        if (!this.#listed) await run([...APT, 'update'], { deadlineMs: INSTALL_DEADLINE_MS })
        this.#listed = true
        const bare = extent === 'bare' ? ['--no-install-recommends'] : []
        await run([...APT, 'install', ...bare, ...packages], { deadlineMs: INSTALL_DEADLINE_MS })
      })
      return undefined
    } catch (error) {
      if (error instanceof CommandError) return error.message
      throw error
    }
  }
}

async function thisHost(): Promise<Host> {
  return {
    platform: process.platform,
    root: process.getuid?.() === 0,
    aptGet: (await findProgram('apt-get')) !== undefined,
  }
}
