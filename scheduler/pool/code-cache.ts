import { createHash, randomUUID } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, renameSync } from 'node:fs'
import { chmod, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CodeStore } from '../../core/functions/code-store.ts'
import { moveOver } from './move-over.ts'

/** Unpacked packages together; the least recently used ones leave. A function's package is 250 MB at most. */
const CACHE_BYTES_MAX = 4 * 1024 * 1024 * 1024
/** Up to so many files are linked while the invocation waits (10 µs each); more, ahead of time. */
const LINKED_ON_DEMAND_MAX = 64
const LINKS_AT_ONCE = 16

interface Package {
  path: string
  /** Relative; each directory after its parent. */
  directories: string[]
  files: string[]
  bytes: number
  /** A linked copy that is ready to be renamed into a sandbox, for packages of many files. */
  spare: Promise<string> | undefined
}

export interface CodeCacheOptions {
  /** On the mount of the sandboxes' directories: hard links do not cross mounts. */
  directory: string
  code: CodeStore
  unpack(zip: Buffer, directory: string): Promise<void>
  /** What unpacked packages may take together; 4 GB where it is not given. */
  bytesMax?: number
}

/** Hashes of packages, Base64; of several, later ones lie over the ones before. */
export type Packages = readonly string[]

/**
 * Unpacked code packages, each once on disk under its hash; several that are wanted as one tree, the
 * layers of a function, once more as that tree, which depends on no other. Sandboxes get hard links.
 * Removing one takes nothing from sandboxes that have it.
 */
export class CodeCache {
  readonly #options: CodeCacheOptions
  /** In order of use, least recent first. */
  readonly #packages = new Map<string, Promise<Package>>()
  /** Bytes of those that are on disk. */
  readonly #sizes = new Map<string, number>()
  readonly #making = new Set<Promise<unknown>>()

  private constructor(options: CodeCacheOptions) {
    this.#options = options
  }

  /** Keeps what an earlier start has unpacked; removes what it left half-made. */
  static async open(options: CodeCacheOptions): Promise<CodeCache> {
    await mkdir(options.directory, { recursive: true, mode: 0o700 })
    const cache = new CodeCache(options)
    for (const name of await readdir(options.directory)) {
      const path = join(options.directory, name)
      if (/^[0-9a-f]{64}$/.test(name)) cache.#keep(name, cache.#found(name, path))
      else await rm(path, { recursive: true, force: true })
    }
    return cache
  }

  /** Unpacks what is not unpacked yet. Rejects with what the store or a package has wrong. */
  async prepare(packages: Packages): Promise<void> {
    this.#spareFor(await this.#package(packages))
  }

  /** Resolves when nothing is written any more. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#making)
  }

  /** Gives an empty directory the content of the packages. */
  async place(packages: Packages, directory: string): Promise<void> {
    const found = await this.#package(packages)
    if (found.files.length <= LINKED_ON_DEMAND_MAX) {
      linkAll(found, directory)
      return
    }
    const spare = await (found.spare ?? this.#linkedCopy(found))
    found.spare = undefined
    renameSync(spare, directory)
    // Only now, so that the next copy does not compete with the one that was waited for.
    this.#spareFor(found)
  }

  #package(packages: Packages): Promise<Package> {
    const name = nameOf(packages)
    const found = this.#packages.get(name) ?? this.#unpack(packages, name)
    this.#keep(name, found)
    return found
  }

  /** As the one used last. One that failed is tried anew by the next who needs it. */
  #keep(name: string, found: Promise<Package>): void {
    this.#packages.delete(name)
    this.#packages.set(name, found)
    found.catch(() => {
      if (this.#packages.get(name) === found) this.#packages.delete(name)
    })
  }

  async #unpack([first = '', ...others]: Packages, name: string): Promise<Package> {
    const path = join(this.#options.directory, name)
    const unfinished = `${path}.${randomUUID()}`
    try {
      await mkdir(unfinished)
      await this.#unpackOne(first, join(unfinished, 'tree'))
      for (const other of others) {
        const over = join(unfinished, 'over')
        await this.#unpackOne(other, over)
        await moveOver(over, join(unfinished, 'tree'))
        await rm(over, { recursive: true })
      }
      const walked = await walk(join(unfinished, 'tree'))
      await rm(path, { recursive: true, force: true })
      await rename(unfinished, path)
      this.#sizes.set(name, walked.bytes)
      this.#evict(name)
      return { path, ...walked, spare: undefined }
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true })
      throw error
    }
  }

  async #unpackOne(codeSha256: string, directory: string): Promise<void> {
    await this.#options.unpack(await this.#options.code.get(codeSha256), directory)
  }

  async #found(name: string, path: string): Promise<Package> {
    await removeSpares(path)
    const walked = await walk(join(path, 'tree'))
    this.#sizes.set(name, walked.bytes)
    return { path, ...walked, spare: undefined }
  }

  #spareFor(found: Package): void {
    if (found.files.length <= LINKED_ON_DEMAND_MAX || found.spare !== undefined) return
    const making = this.#linkedCopy(found)
    found.spare = making
    this.#making.add(making)
    making
      .catch(() => {
        found.spare = undefined // The next who needs one makes it, and hears why it fails.
      })
      .finally(() => this.#making.delete(making))
  }

  async #linkedCopy(found: Package): Promise<string> {
    const copy = join(found.path, `spare-${randomUUID()}`)
    for (const directory of ['', ...found.directories]) {
      await mkdir(join(copy, directory))
      await chmod(join(copy, directory), 0o755)
    }
    const files = found.files.values()
    const linkSome = async () => {
      for (const file of files) await link(join(found.path, 'tree', file), join(copy, file))
    }
    await Promise.all(Array.from({ length: LINKS_AT_ONCE }, linkSome))
    return copy
  }

  /** Removes packages of least recent use, but never `kept`, until the rest fits. */
  #evict(kept: string): void {
    const { bytesMax = CACHE_BYTES_MAX } = this.#options
    let bytes = 0
    for (const size of this.#sizes.values()) bytes += size
    for (const name of this.#packages.keys()) {
      if (bytes <= bytesMax) return
      const size = this.#sizes.get(name)
      if (size === undefined || name === kept) continue
      bytes -= size
      this.#packages.delete(name)
      this.#sizes.delete(name)
      this.#discard(join(this.#options.directory, name))
    }
  }

  /** At once under another name, so that it can be unpacked anew while it is being removed. */
  #discard(path: string): void {
    const away = `${path}.${randomUUID()}`
    renameSync(path, away)
    const removal = rm(away, { recursive: true, force: true })
      .catch(() => undefined) // The next start removes what is left.
      .finally(() => this.#making.delete(removal))
    this.#making.add(removal)
  }
}

/** 64 hex digits: of one package its own hash, of several that of their hashes in order. */
function nameOf(packages: Packages): string {
  const [only = ''] = packages
  if (packages.length === 1) return Buffer.from(only, 'base64').toString('hex')
  return createHash('sha256').update(packages.join(' ')).digest('hex')
}

function linkAll({ path, directories, files }: Package, to: string): void {
  for (const directory of directories) {
    mkdirSync(join(to, directory))
    chmodSync(join(to, directory), 0o755)
  }
  for (const file of files) linkSync(join(path, 'tree', file), join(to, file))
}

async function walk(root: string): Promise<Pick<Package, 'directories' | 'files' | 'bytes'>> {
  const directories: string[] = []
  const files: string[] = []
  let bytes = 0
  const waiting = ['']
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const entry of await readdir(join(root, at), { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) {
        directories.push(path)
        waiting.push(path)
      } else {
        files.push(path)
        bytes += (await stat(join(root, path))).size
      }
    }
  }
  return { directories, files, bytes }
}

async function removeSpares(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (name.startsWith('spare-')) await rm(join(path, name), { recursive: true, force: true })
  }
}
