import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type FSWatcher, watch } from 'chokidar'
import { exists, isInside } from './file-system.ts'

/** Dependencies, what begins with a dot, and the copies that editors write beside a file. */
const IDLE_NAME = /^node_modules$|^\..|~$|^4913$/
/** A folder that is not there is looked for so often. */
const LOOK_MS = 200

type Watched = NonNullable<Parameters<typeof watch>[1]>

export interface WatcherEvents {
  /** A file or a folder is there, is another, or is gone; its absolute path. */
  changed(file: string): void
  failed(error: unknown): void
}

/** Watches the folders of functions, and what they import from elsewhere. */
export class SourceWatcher {
  readonly #events: WatcherEvents
  readonly #folders = new Set<string>()
  readonly #watchers = new Map<string, FSWatcher>()
  /** Folders whose watcher is being made anew. */
  readonly #renewed = new Set<string>()
  #isClosed = false

  constructor(events: WatcherEvents) {
    this.#events = events
  }

  /** Watches all that is in a folder. Resolves when it is watched: with whether it was not before. */
  async watchFolder(folder: string): Promise<boolean> {
    if (this.#watches(folder)) return false
    this.#folders.add(folder)
    return await this.#watch(folder, { ignored: (file) => !isLooked(folder, file) })
  }

  /**
   * Watches where a file lies, as a file that is not there, or is gone for a moment, cannot be watched by
   * itself. Resolves as `watchFolder` does.
   */
  async watchBeside(file: string): Promise<boolean> {
    const folder = path.dirname(file)
    if (this.#watches(folder) || this.#watchers.has(folder)) return false
    return await this.#watch(folder, {
      depth: 0,
      ignored: (one) => one !== folder && IDLE_NAME.test(path.basename(one)),
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#watchers.values()].map((watcher) => watcher.close()))
  }

  #watches(folder: string): boolean {
    return [...this.#folders].some((one) => isLooked(one, folder))
  }

  async #watch(folder: string, options: Watched): Promise<boolean> {
    const before = this.#watchers.get(folder)
    const watcher = watch(folder, { ...options, ignoreInitial: true })
    this.#watchers.set(folder, watcher)
    watcher.on('all', (event, file) => {
      this.#events.changed(file)
      const mayBeGone = file === folder || (event === 'unlink' && options.depth === 0)
      if (mayBeGone) void this.#renew(folder, options).catch(this.#events.failed)
    })
    watcher.on('error', (error) => this.#events.failed(error))
    await new Promise<void>((resolve) => watcher.once('ready', () => resolve()))
    await before?.close()
    if (!(await exists(folder))) void this.#renew(folder, options).catch(this.#events.failed)
    return true
  }

  /** A watcher tells nothing of a folder that is gone and there again: it gets another one then. */
  async #renew(folder: string, options: Watched): Promise<void> {
    if (this.#renewed.has(folder)) return
    this.#renewed.add(folder)
    while (!this.#isClosed && !(await exists(folder))) {
      await wait(LOOK_MS, undefined, { ref: false })
    }
    this.#renewed.delete(folder)
    if (this.#isClosed) return
    await this.#watch(folder, options)
    this.#events.changed(folder)
  }
}

/** Whether a file of a folder counts, or what lies under it may. */
function isLooked(folder: string, file: string): boolean {
  if (!isInside(folder, file)) return false
  return !path
    .relative(folder, file)
    .split(path.sep)
    .some((part) => IDLE_NAME.test(part))
}
