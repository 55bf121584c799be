import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { HearthError } from '../../core/errors.ts'
import type { FreezingWay } from '../../core/links/invoke-link.ts'
import type { Engine } from '../engine.ts'
import {
  CgroupFreezer,
  type FreezerMount,
  freezerMounts,
  LAYOUTS,
  layoutOf,
} from './cgroup-freezer.ts'

/** A process that waits for a disk stands still only after that; then it has been asked for too long. */
const LOOKS_MAX = 20
const LOOK_MS = 50
/** A container that ends in its first moments tells nothing: so many are asked before the engine is left to do it. */
const TRIES_MAX = 3

export interface ContainerFreezerOptions {
  engine: Pick<Engine, 'freeze' | 'thaw' | 'inspect'>
  /** Where control groups may be reached. */
  mounts: readonly FreezerMount[]
}

/**
 * Freezes containers: by the files of their control groups where these are reached, which takes a
 * fraction of a millisecond and no engine; else by the engine. Thawing wins over freezing that is
 * still under way.
 */
export class ContainerFreezer {
  readonly #engine: ContainerFreezerOptions['engine']
  readonly #mounts: readonly FreezerMount[]
  #tries = 0
  #files: CgroupFreezer | undefined
  /** What was told to stand still by a file, each time anew. */
  readonly #byFile = new Map<string, symbol>()
  /** What the engine was asked to freeze; settled, without an error, when it has answered. */
  readonly #byEngine = new Map<string, Promise<void>>()

  constructor({ engine, mounts }: ContainerFreezerOptions) {
    this.#engine = engine
    this.#mounts = mounts
  }

  get way(): FreezingWay {
    return this.#files ? `cgroup-v${this.#files.version}` : 'engine'
  }

  /** Looks, by a container that runs, which way works, and keeps to it. Never rejects. */
  async learn(containerId: string): Promise<void> {
    if (this.#files || this.#tries >= TRIES_MAX) return
    this.#tries += 1
    this.#files = this.#reaching(containerId, LAYOUTS)
    this.#files ??= this.#reaching(containerId, await this.#layoutsOf(containerId))
  }

  /** Resolves when it stands still, or was thawed meanwhile. Rejects where it does not; a part of it may then. */
  async freeze(containerId: string): Promise<void> {
    const files = this.#files
    if (!files) {
      const asked = this.#engine.freeze(containerId)
      this.#byEngine.set(
        containerId,
        asked.catch(() => undefined), // Told to whoever has asked for it.
      )
      await asked
      return
    }
    const mark = Symbol('freeze')
    this.#byFile.set(containerId, mark)
    files.freeze(containerId)
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      if (this.#byFile.get(containerId) !== mark || files.isFrozen(containerId)) return
      await sleep(LOOK_MS)
    }
    const reason = `its processes did not stand still within ${LOOKS_MAX * LOOK_MS} ms`
    throw new HearthError('SandboxFailed', { reason })
  }

  /** By a file it runs when this returns, before the promise is looked at. Of what runs it is no error. */
  async thaw(containerId: string): Promise<void> {
    this.#byFile.delete(containerId)
    const asked = this.#byEngine.get(containerId)
    if (!asked && this.#files) {
      this.#files.thaw(containerId)
      return
    }
    await asked
    await this.#engine.thaw(containerId)
    this.#byEngine.delete(containerId)
  }

  /**
   * Before its removal: what is frozen by version 1 cannot be killed, and an engine does not know what
   * was frozen by a file, by this start or an earlier one. Never rejects: what the engine has frozen
   * itself it can remove, and what is gone is gone.
   */
  async release(containerId: string): Promise<void> {
    this.#byFile.delete(containerId)
    await this.#byEngine.get(containerId)
    this.#byEngine.delete(containerId)
    const isLearnt = this.#files !== undefined || this.#tries >= TRIES_MAX
    const learnt = isLearnt ? [] : await this.#layoutsOf(containerId)
    for (const files of [this.#files, ...this.#candidates([...LAYOUTS, ...learnt])]) {
      try {
        files?.thaw(containerId)
      } catch {
        // It has no control group there.
      }
    }
  }

  #reaching(containerId: string, layouts: readonly string[]): CgroupFreezer | undefined {
    return this.#candidates(layouts).find((files) => files.reaches(containerId))
  }

  #candidates(layouts: readonly string[]): CgroupFreezer[] {
    return this.#mounts.flatMap((mount) =>
      layouts.map((layout) => new CgroupFreezer(mount, layout)),
    )
  }

  /** By its process, where that is one of this host and can be seen. */
  async #layoutsOf(containerId: string): Promise<string[]> {
    if (this.#mounts.length === 0) return []
    try {
      const { State } = await this.#engine.inspect(containerId)
      const cgroups = readFileSync(`/proc/${State.Pid}/cgroup`, 'latin1')
      return this.#mounts.flatMap(
        ({ version }) => layoutOf(cgroups, { version, containerId }) ?? [],
      )
    } catch {
      return [] // Ended, or out of sight.
    }
  }
}

/** Those that this process sees; none where it is not on Linux. */
export function mountsHere(): FreezerMount[] {
  try {
    return freezerMounts(readFileSync('/proc/self/mountinfo', 'utf8'))
  } catch {
    return []
  }
}
