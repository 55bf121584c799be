import path from 'node:path'
import { watch } from 'chokidar'
import { answered } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { DECLARATION_FILE } from '../declaration.ts'
import { follow } from '../follow-logs.ts'
import { untilInterrupted } from '../interrupt.ts'
import { isPacked } from '../package-folder.ts'
import { EXIT, Problem } from '../problem.ts'
import { readProject } from '../project.ts'
import { type Reload, Reloader } from '../reloader.ts'
import { shower } from './logs.ts'

/** They change how a function is packed, and are not packed themselves. */
const PACKING_FILES = new Set([DECLARATION_FILE, 'package.json', 'package-lock.json'])
/** As many lines as a platform gives at once. */
const PAGE = 1000

/** A hearth.json that cannot be read is read again so often, in case it was being written. */
const READ_AGAIN_MS = 200
const READ_AGAIN_TIMES = 5

interface DevOptions {
  logs: boolean
}

/** Deploys all functions of a folder, and each again when it changes, until Ctrl-C. */
export async function dev(context: Context, given: Given<DevOptions>): Promise<void> {
  const folder = path.resolve(given.words[0] ?? '.')
  // Whether the platform is there is told at once, not at the first save.
  await context.client.raw('/health/live')
  const session = new Session(context, folder, given.options.logs)
  await session.readProject()
  const watcher = watch(folder, { ignored: (file) => isIgnored(folder, file), ignoreInitial: true })
  watcher.on('all', (_event, file) => session.changed(path.resolve(file)))
  watcher.on('error', (error) => context.screen.note(`Watching ${folder}: ${String(error)}`))
  session.watchAlso = (file) => watcher.add(file)
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()))
  session.deployAll()
  context.screen.note(`Watching ${folder}; Ctrl-C ends it`)
  await session.interrupted()
  await watcher.close()
  await session.end()
}

/** Dependencies, what begins with a dot, and the copies that editors write beside a file. */
function isIgnored(folder: string, file: string): boolean {
  const parts = path.relative(folder, file).split(path.sep)
  if (parts[0] === '..') return false
  return parts.some((part) => part === 'node_modules' || /^\..|~$|^4913$/.test(part))
}

class Session {
  watchAlso: (file: string) => void = () => undefined
  readonly #context: Context
  readonly #folder: string
  readonly #showsLogs: boolean
  readonly #signal = untilInterrupted()
  readonly #reloaders = new Map<string, Reloader>()
  readonly #followed = new Map<string, Promise<void>>()

  constructor(context: Context, folder: string, showsLogs: boolean) {
    this.#context = context
    this.#folder = folder
    this.#showsLogs = showsLogs
  }

  /** Takes up the functions that are declared now. Throws Problem. */
  async readProject(): Promise<Reloader[]> {
    const declarations = await readProject(this.#folder)
    const names = new Set(declarations.map(({ name }) => name))
    for (const name of this.#reloaders.keys()) if (!names.has(name)) this.#reloaders.delete(name)
    return declarations.map((declaration) => {
      const known = this.#reloaders.get(declaration.name)
      if (known) {
        known.declaration = declaration
        return known
      }
      const told = (reload: Reload) => this.#tell(reload)
      const reloader = new Reloader(declaration, this.#context.client, told)
      this.#reloaders.set(declaration.name, reloader)
      return reloader
    })
  }

  deployAll(): void {
    for (const reloader of this.#reloaders.values()) reloader.changed()
  }

  changed(file: string): void {
    if (path.basename(file) === DECLARATION_FILE) {
      this.#redeclared(file).catch((error: unknown) => {
        this.#tellError('hearth.json', error)
        this.#readAgain(file, READ_AGAIN_TIMES)
      })
      return
    }
    for (const reloader of this.#reloaders.values()) {
      if (concerns(reloader, file)) reloader.changed()
    }
  }

  async #redeclared(file: string): Promise<void> {
    const before = new Set(this.#reloaders.keys())
    for (const reloader of await this.readProject()) {
      const { name, folder } = reloader.declaration
      if (!before.has(name) || isInside(path.dirname(file), folder)) reloader.changed()
    }
  }

  /** It may have been just being written, in a folder that was not watched yet: then nothing tells of its end. */
  #readAgain(file: string, times: number): void {
    if (times === 0 || this.#signal.aborted) return
    setTimeout(() => {
      this.#redeclared(file).catch(() => this.#readAgain(file, times - 1))
    }, READ_AGAIN_MS).unref()
  }

  /** Resolves after Ctrl-C. */
  async interrupted(): Promise<void> {
    const signal = this.#signal
    if (signal.aborted) return
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }

  /** Resolves when nothing is under way any more. */
  async end(): Promise<void> {
    await Promise.all([...this.#reloaders.values()].map((reloader) => reloader.end()))
    await Promise.all(this.#followed.values())
  }

  #tell({ declaration: { name }, ms, end }: Reload): void {
    // Its folder went meanwhile.
    if (!this.#reloaders.has(name)) return
    if ('error' in end) {
      this.#tellError(name, end.error)
      return
    }
    const { screen } = this.#context
    const { outcome, code } = end.deployed
    for (const file of code.foreignInputs) this.watchAlso(file)
    const word = this.#showsFirst(name) ? outcome : outcome === 'unchanged' ? outcome : 'reloaded'
    if (screen.json) screen.print(JSON.stringify({ function: name, outcome: word, ms }))
    else screen.print(screen.styled('green', `${word} ${name} in ${ms} ms`))
    this.#followLogs(name)
  }

  #showsFirst(name: string): boolean {
    return !this.#followed.has(name)
  }

  /** In one line: the old code goes on until the next save. */
  #tellError(name: string, error: unknown): void {
    const { screen } = this.#context
    // Whatever it is, also a file that was gone before it was read: the next save may mend it.
    const message = error instanceof Error ? error.message : String(error)
    const line = `failed ${name}: ${message.replaceAll(/\s*\n\s*/g, ' ')}`
    const isAway = error instanceof Problem && error.exitCode === EXIT.unreachable
    const remedy = isAway ? ` ${error.remedy}` : ''
    screen.note(screen.styled('red', line + remedy, process.stderr))
  }

  #followLogs(name: string): void {
    if (this.#followed.has(name)) return
    if (!this.#showsLogs) {
      this.#followed.set(name, Promise.resolve())
      return
    }
    const told = (error: unknown) => this.#tellError(`logs of ${name}`, error)
    this.#followed.set(name, this.#followFromNow(name).catch(told))
  }

  async #followFromNow(name: string): Promise<void> {
    const { client, screen } = this.#context
    const params = { path: { name }, query: { limit: PAGE } }
    const page = answered(await client.api.GET('/functions/{name}/logs', { params }))
    const prefix = () => (this.#reloaders.size > 1 ? name : '')
    const signal = this.#signal
    await follow(client, { name, filter: {}, page, signal, ...shower(screen, prefix) })
  }
}

function concerns({ declaration: { folder }, foreignInputs }: Reloader, file: string): boolean {
  if (foreignInputs.includes(file)) return true
  if (!isInside(folder, file)) return false
  const name = path.relative(folder, file)
  return PACKING_FILES.has(name) || isPacked(name)
}

function isInside(folder: string, file: string): boolean {
  return file === folder || file.startsWith(folder + path.sep)
}
