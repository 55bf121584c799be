import type { Client } from './client.ts'
import type { Declaration } from './declaration.ts'
import { type Deployed, deploy } from './deploy.ts'
import { KeptBuilds } from './esbuild.ts'
import { packagesFolder } from './root.ts'

/**
 * The watcher tells of a file once in 50 ms: what is written within them is read only if it is
 * waited for so long, and a file that is being written is whole by then.
 */
const SETTLE_MS = 60

export interface Reload {
  declaration: Declaration
  /** From the change to the platform serving it. */
  ms: number
  /** What came of it. */
  end: { deployed: Deployed } | { error: unknown }
}

/**
 * Keeps one function of the platform as its folder is. Changes while it deploys are taken up by
 * another round, so what is told last is of the last change.
 */
export class Reloader {
  declaration: Declaration
  /** Sources outside the folder that its code imports. */
  foreignInputs: readonly string[] = []
  readonly #kept = new KeptBuilds()
  readonly #client: Client
  readonly #told: (reload: Reload) => void
  /** Of the first change that is not deployed yet. */
  #changedAtMs: number | undefined
  #round: Promise<void> | undefined

  constructor(declaration: Declaration, client: Client, told: (reload: Reload) => void) {
    this.declaration = declaration
    this.#client = client
    this.#told = told
  }

  /** Something of the function has changed, or all of it is to be looked at. */
  changed(): void {
    this.#changedAtMs ??= performance.now()
    this.#round ??= this.#rounds()
  }

  /** Resolves when nothing is being deployed; nothing may change any more. */
  async end(): Promise<void> {
    while (this.#round !== undefined) await this.#round
    await this.#kept.dispose()
  }

  async #rounds(): Promise<void> {
    while (this.#changedAtMs !== undefined) {
      const sinceMs = this.#changedAtMs
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      this.#changedAtMs = undefined
      const { declaration } = this
      const end = await this.#deploy(declaration)
      this.#told({ declaration, ms: Math.round(performance.now() - sinceMs), end })
    }
    // In the same turn as the last look, so that no change finds a round that has ended.
    this.#round = undefined
  }

  async #deploy(declaration: Declaration): Promise<Reload['end']> {
    try {
      const deployed = await deploy(declaration, {
        client: this.#client,
        cacheDirectory: packagesFolder(),
        kept: this.#kept,
        say: () => undefined,
      })
      this.foreignInputs = deployed.code.foreignInputs
      return { deployed }
    } catch (error) {
      return { error }
    }
  }
}
