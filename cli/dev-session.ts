import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { answered } from './client.ts'
import type { Context } from './command.ts'
import { awayTeller, shower } from './commands/logs.ts'
import { DECLARATION_FILE, type Declaration } from './declaration.ts'
import { isInside } from './file-system.ts'
import { type Following, follow } from './follow-logs.ts'
import { isPacked } from './package-folder.ts'
import { Problem } from './problem.ts'
import { readProject } from './project.ts'
import { type Reload, Reloader, SETTLE_MS } from './reloader.ts'
import { SourceWatcher } from './source-watcher.ts'

/** They change how a function is packed, and are not packed themselves. */
const PACKING_FILES = new Set([DECLARATION_FILE, 'package.json', 'package-lock.json'])
/** As many lines as a platform gives at once. */
const PAGE = 1000

/** A hearth.json that cannot be read is read again so often, in case it was being written. */
const READ_AGAIN_MS = 200
const READ_AGAIN_TIMES = 5

export interface DevOptions {
  /** Of the functions; absolute, without links. */
  folder: string
  showsLogs: boolean
  /** Aborts when nothing more is to be begun. */
  signal: AbortSignal
}

/** A function that is declared now. */
interface Developed {
  reloader: Reloader
  /** Since it was deployed for the first time. */
  isServed: boolean
  /** What is on disk now could not be deployed. */
  hasFailed: boolean
  /** Of its log, as long as that is followed. */
  followed: Promise<void> | undefined
  stop: AbortController
}

/** Keeps the functions of a folder deployed as they are, and shows what they log. */
export class DevSession {
  readonly #context: Context
  readonly #options: DevOptions
  readonly #watcher: SourceWatcher
  readonly #away: Following['away']
  readonly #functions = new Map<string, Developed>()
  /** Of functions that are declared no more, until nothing of them is under way. */
  readonly #leaving = new Map<string, Promise<void>>()

  constructor(context: Context, options: DevOptions) {
    this.#context = context
    this.#options = options
    this.#away = awayTeller(context.screen)
    this.#watcher = new SourceWatcher({
      changed: (file) => this.#changed(file),
      failed: (error) => this.#tellError(`to watch ${options.folder}`, error),
    })
  }

  /** Resolves when all is watched, and the first deployments have begun. Throws Problem. */
  async start(): Promise<void> {
    const { folder } = this.#options
    const declarations = await readProject(folder)
    await this.#watcher.watchFolder(folder)
    for (const declaration of declarations) await this.#watcher.watchFolder(declaration.folder)
    for (const declaration of declarations) this.#develop(declaration).reloader.changed()
    this.#context.screen.note(`Watching ${folder}; Ctrl-C ends it`, { watching: folder })
  }

  /** Resolves when nothing is under way any more. */
  async end(): Promise<void> {
    await this.#watcher.close()
    const all = [...this.#functions.entries()]
    const busy = all.filter(([, { reloader }]) => reloader.isDeploying).map(([name]) => name)
    if (busy.length > 0) {
      const text = `Waiting for the deployment of ${busy.join(', ')}; Ctrl-C again ends it at once`
      this.#context.screen.note(text, { waitingFor: busy })
    }
    for (const [name] of all) this.#leave(name)
    await Promise.all(this.#leaving.values())
  }

  #develop(declaration: Declaration): Developed {
    const { name } = declaration
    const known = this.#functions.get(name)
    if (known) {
      known.reloader.declaration = declaration
      return known
    }
    const reloader = new Reloader(declaration, {
      client: this.#context.client,
      after: this.#leaving.get(name),
      say: (line) => this.#context.screen.note(`${name}: ${line}`, { function: name, step: line }),
      told: (reload) => this.#tell(reload),
    })
    const stop = new AbortController()
    const developed: Developed = {
      reloader,
      isServed: false,
      hasFailed: false,
      followed: undefined,
      stop,
    }
    this.#functions.set(name, developed)
    return developed
  }

  #leave(name: string): void {
    const developed = this.#functions.get(name)
    if (!developed) return
    const { reloader, followed, stop } = developed
    this.#functions.delete(name)
    stop.abort()
    const before = this.#leaving.get(name)
    const gone = Promise.all([before, reloader.end(), followed]).then(() => {
      if (this.#leaving.get(name) === gone) this.#leaving.delete(name)
    })
    this.#leaving.set(name, gone)
  }

  #changed(file: string): void {
    if (path.basename(file) === DECLARATION_FILE) {
      this.#redeclared(file).catch((error: unknown) => {
        this.#tellError('hearth.json', error)
        this.#readAgain(file, READ_AGAIN_TIMES)
      })
      return
    }
    for (const { reloader } of this.#functions.values()) {
      if (concerns(reloader, file)) reloader.changed()
    }
  }

  async #redeclared(file: string): Promise<void> {
    await wait(SETTLE_MS)
    const declarations = await readProject(this.#options.folder)
    if (this.#options.signal.aborted) return
    const names = new Set(declarations.map(({ name }) => name))
    for (const name of this.#functions.keys()) if (!names.has(name)) this.#leave(name)
    for (const declaration of declarations) {
      const isNew = !this.#functions.has(declaration.name)
      const { reloader } = this.#develop(declaration)
      if (isNew || declaration.file === file) reloader.changed()
      if (await this.#watcher.watchFolder(declaration.folder)) reloader.lookAgain()
    }
  }

  /** It may have been just being written, in a folder that was not watched yet: then nothing tells of its end. */
  #readAgain(file: string, times: number): void {
    if (times === 0 || this.#options.signal.aborted) return
    setTimeout(() => {
      this.#redeclared(file).catch(() => this.#readAgain(file, times - 1))
    }, READ_AGAIN_MS).unref()
  }

  #tell({ declaration: { name }, ms, end }: Reload): void {
    const developed = this.#functions.get(name)
    // It was taken out meanwhile.
    if (!developed) return
    void this.#watchInputs(developed)
    if ('error' in end) {
      developed.hasFailed = true
      this.#tellError(name, end.error, developed.isServed ? 'The code before it goes on.' : '')
      return
    }
    const { screen } = this.#context
    const { outcome } = end.deployed
    const word = developed.isServed && outcome !== 'unchanged' ? 'reloaded' : outcome
    const mended = developed.hasFailed && outcome === 'unchanged' ? ': it builds again' : ''
    developed.isServed = true
    developed.hasFailed = false
    screen.result({ function: name, outcome: word, ms }, () => [
      [['green', `${word} ${name} in ${ms} ms${mended}`]],
    ])
    if (this.#options.showsLogs) developed.followed ??= this.#followLogs(name, developed)
  }

  async #watchInputs({ reloader }: Developed): Promise<void> {
    const { foreignInputs } = reloader
    const watched = foreignInputs.map((file) => this.#watcher.watchBeside(file))
    if ((await Promise.all(watched)).includes(true)) reloader.lookAgain()
  }

  /** In one line: the old code goes on until the next save. */
  #tellError(name: string, error: unknown, then = ''): void {
    // Whatever it is, also a file that was gone before it was read: the next save may mend it.
    const message = error instanceof Error ? error.message : String(error)
    const remedy = error instanceof Problem ? error.remedy : undefined
    const text = `failed ${name}: ${[[message, remedy].filter(Boolean).join('. '), then].filter(Boolean).join(' ')}`
    this.#context.screen.note([['red', text.replaceAll(/\s*\n\s*/g, ' ')]], {
      function: name,
      error: { message, remedy },
    })
  }

  async #followLogs(name: string, developed: Developed): Promise<void> {
    const { client, screen } = this.#context
    const signal = AbortSignal.any([this.#options.signal, developed.stop.signal])
    const prefix = () => (screen.json || this.#functions.size > 1 ? name : '')
    try {
      const params = { path: { name }, query: { limit: PAGE } }
      const page = answered(await client.api.GET('/functions/{name}/logs', { params, signal }))
      const shown = { ...shower(screen, prefix), away: this.#away }
      await follow(client, { name, filter: {}, page, signal, ...shown })
    } catch (error) {
      if (!signal.aborted) this.#tellError(`logs of ${name}`, error)
    } finally {
      // The function was deleted, say: the next deployment begins anew.
      developed.followed = undefined
    }
  }
}

function concerns({ declaration, foreignInputs, hasFailed }: Reloader, file: string): boolean {
  const foreignFolders = foreignInputs.map((one) => path.dirname(one))
  if (foreignInputs.includes(file) || foreignFolders.includes(file)) return true
  if (hasFailed && foreignFolders.includes(path.dirname(file))) return true
  if (!isInside(declaration.folder, file)) return false
  const name = path.relative(declaration.folder, file)
  return PACKING_FILES.has(name) || isPacked(name)
}
