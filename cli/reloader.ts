import { setTimeout as wait } from 'node:timers/promises'
import { type Client, Refusal } from './client.ts'
import type { Declaration } from './declaration.ts'
import { type Deployed, deploy } from './deploy.ts'
import { BuildProblem, KeptBuilds } from './esbuild.ts'
import { isInside } from './file-system.ts'
import { EXIT, Problem } from './problem.ts'
import { packagesFolder } from './root.ts'

/**
 * The watcher tells of a file once in 50 ms: what is written within them is read only if it is
 * waited for so long, and a file that is being written is whole by then.
 */
export const SETTLE_MS = 60
/** A platform that went away is asked so often whether it is there again. */
const AGAIN_MS = 1000

export interface Reload {
  declaration: Declaration
  /** From the change to the platform serving it. */
  ms: number
  /** What came of it. */
  end: { deployed: Deployed } | { error: unknown }
}

export interface ReloaderOptions {
  client: Client
  /** Nothing is deployed before: the function may be just leaving. */
  after: Promise<void> | undefined
  /** Called with one line for what is worth telling on the way. */
  say(line: string): void
  told(reload: Reload): void
}

/**
 * Keeps one function of the platform as its folder is. Changes while it deploys are taken up by
 * another round, so what is told last is of the last change.
 */
export class Reloader {
  declaration: Declaration
  /** Sources outside the folder that its code imports, or tried to when it did not build. */
  foreignInputs: readonly string[] = []
  readonly #options: ReloaderOptions
  readonly #kept = new KeptBuilds()
  readonly #stop = new AbortController()
  /** Of the first change that is not deployed yet. */
  #changedAtMs: number | undefined
  /** Nobody has changed anything: what comes out as before is not told again. */
  #isRepeat = false
  #round: Promise<void> | undefined
  #isDeploying = false
  #failure: unknown

  constructor(declaration: Declaration, options: ReloaderOptions) {
    this.declaration = declaration
    this.#options = options
  }

  get isDeploying(): boolean {
    return this.#isDeploying
  }

  /** It was not deployed as it is: any change near its sources may be the one that mends it. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Something of the function has changed, or all of it is to be looked at. */
  changed(): void {
    this.#isRepeat = false
    this.#begin(performance.now())
  }

  /** Something may have changed before it was watched. */
  lookAgain(): void {
    if (this.#changedAtMs === undefined) this.#isRepeat = true
    this.#begin(performance.now())
  }

  /** Resolves when nothing is being deployed, and nothing will be. */
  async end(): Promise<void> {
    this.#stop.abort()
    await this.#round
    await this.#kept.dispose()
  }

  #begin(atMs: number): void {
    if (this.#stop.signal.aborted) return
    this.#changedAtMs ??= atMs
    this.#round ??= this.#rounds()
  }

  async #rounds(): Promise<void> {
    const { signal } = this.#stop
    await this.#options.after
    // One save may be told in parts, the last of them while the first is being deployed.
    let isAnother = false
    while (this.#changedAtMs !== undefined && !signal.aborted) {
      const sinceMs = this.#changedAtMs
      await wait(SETTLE_MS)
      this.#changedAtMs = undefined
      const isRepeat = this.#isRepeat
      const { declaration } = this
      const before = this.#failure
      const end = await this.#deploy(declaration)
      const isNews = !(isRepeat || isAnother) || !isSame(before, end)
      isAnother = true
      const ms = Math.round(performance.now() - sinceMs)
      if (isNews) this.#options.told({ declaration, ms, end })
      if (isAway(this.#failure)) await this.#waitForPlatform(sinceMs)
    }
    // In the same turn as the last look, so that no change finds a round that has ended.
    this.#round = undefined
  }

  async #waitForPlatform(sinceMs: number): Promise<void> {
    await wait(AGAIN_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    if (this.#changedAtMs === undefined) this.#isRepeat = true
    this.#changedAtMs = sinceMs
  }

  async #deploy(declaration: Declaration): Promise<Reload['end']> {
    const { client, say } = this.#options
    this.#isDeploying = true
    try {
      const deployed = await deploy(declaration, {
        client,
        cacheDirectory: packagesFolder(),
        kept: this.#kept,
        say,
      })
      this.foreignInputs = deployed.code.foreignInputs
      this.#failure = undefined
      return { deployed }
    } catch (error) {
      this.#failure = error
      if (error instanceof BuildProblem) {
        const tried = error.inputs.filter((file) => !isInside(declaration.folder, file))
        // A build that failed early did not come to all of them.
        this.foreignInputs = [...new Set([...this.foreignInputs, ...tried])]
      }
      return { error }
    } finally {
      this.#isDeploying = false
    }
  }
}

/** Of the platform that starts, or a proxy before it. */
const RETRIED: ReadonlySet<number> = new Set([502, 503, 504])

function isSame(before: unknown, end: Reload['end']): boolean {
  if ('deployed' in end) return before === undefined && end.deployed.outcome === 'unchanged'
  return isAway(before) ? isAway(end.error) : String(before) === String(end.error)
}

/** Not reached, or something that it stands on is not: another try may succeed. */
function isAway(error: unknown): boolean {
  if (error instanceof Refusal) return RETRIED.has(error.status)
  return error instanceof Problem && error.exitCode === EXIT.unreachable
}
