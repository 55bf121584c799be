import { createHash, randomUUID } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, renameSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CodeStore } from '../../core/functions/code-store.ts'
import { LinkedCopies } from './linked-copies.ts'
import { moveOver } from './move-over.ts'

/** Unpacked packages together; the least recently used ones leave. A function's package is 250 MB at most. */
const CACHE_BYTES_MAX = 4 * 1024 * 1024 * 1024
/** Up to so many files are linked while the invocation waits (10 µs each); more, ahead of time. */
const LINKED_ON_DEMAND_MAX = 64
const CODE = /\.[cm]?[jt]s$/

interface Package {
  path: string
  /** Relative; each directory after its parent. */
  directories: string[]
  files: string[]
  bytes: number
  /** Of these, the bytes of what Node compiles. */
  codeBytes: number
  /** Of packages of many files. */
  copies: LinkedCopies | undefined
}

type Walked = Omit<Package, 'path' | 'copies'>

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
  /** Of packages of many files. */
  readonly #copies = new Map<string, LinkedCopies>()
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

  /** Makes all ready for the next `place`. Rejects with what the store or a package has wrong. */
  async prepare(packages: Packages): Promise<void> {
    const { copies } = await this.#package(packages)
    await copies?.ready()
  }

  /** Resolves when nothing is written any more. */
  async close(): Promise<void> {
    const copies = Array.from(this.#copies.values(), (of) => of.close())
    await Promise.all(copies)
    // What ends may have something to remove.
    while (this.#making.size > 0) await Promise.allSettled(this.#making)
  }

  /** Gives an empty directory the content of the packages. Returns how many bytes of it are code. */
  async place(packages: Packages, directory: string): Promise<number> {
    const found = await this.#package(packages)
    await this.#placeTree(found, directory)
    return found.codeBytes
  }

  /**
   * Keeps a tree of the caller's own, which `write` makes, under a name of 64 hex digits; until it is
   * forgotten, or has to leave as packages have. One that is there already stays.
   */
  keep(name: string, write: (directory: string) => Promise<void>): void {
    if (this.#packages.has(name)) return
    const made = this.#make(name, write)
    this.#keep(name, made)
    const making = made
      // It may have been forgotten meanwhile.
      .then(() => this.#packages.has(name) || this.#remove(name))
      .catch(() => undefined) // A later one may come to it.
      .finally(() => this.#making.delete(making))
    this.#making.add(making)
  }

  /** Gives an empty directory the content of a tree that was kept; false where there is none. */
  async placeKept(name: string, directory: string): Promise<boolean> {
    const kept = await this.#packages.get(name)?.catch(() => undefined)
    if (!kept) return false
    this.#keep(name, Promise.resolve(kept))
    await this.#placeTree(kept, directory)
    return true
  }

  /** Removes the trees whose names begin so. */
  forget(prefix: string): void {
    for (const name of [...this.#packages.keys()]) {
      if (name.startsWith(prefix)) this.#remove(name)
    }
  }

  async #placeTree(found: Package, directory: string): Promise<void> {
    if (found.copies) renameSync(await found.copies.take(), directory)
    else linkAll(found, directory)
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

  #unpack([first = '', ...others]: Packages, name: string): Promise<Package> {
    return this.#make(name, async (tree) => {
      await this.#unpackOne(first, tree)
      for (const other of others) {
        const over = join(tree, '..', 'over')
        await this.#unpackOne(other, over)
        await moveOver(over, tree)
        await rm(over, { recursive: true })
      }
    })
  }

  async #make(name: string, write: (tree: string) => Promise<void>): Promise<Package> {
    const path = join(this.#options.directory, name)
    const unfinished = `${path}.${randomUUID()}`
    try {
      await mkdir(unfinished)
      await write(join(unfinished, 'tree'))
      const walked = await walk(join(unfinished, 'tree'))
      await rm(path, { recursive: true, force: true })
      await rename(unfinished, path)
      this.#sizes.set(name, walked.bytes)
      this.#evict(name)
      return this.#packageOf(name, walked)
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true })
      throw error
    }
  }

  async #unpackOne(codeSha256: string, directory: string): Promise<void> {
    await this.#options.unpack(await this.#options.code.get(codeSha256), directory)
  }

  async #found(name: string, path: string): Promise<Package> {
    await removeCopies(path)
    const walked = await walk(join(path, 'tree'))
    this.#sizes.set(name, walked.bytes)
    return this.#packageOf(name, walked)
  }

  #packageOf(name: string, walked: Walked): Package {
    const path = join(this.#options.directory, name)
    if (walked.files.length <= LINKED_ON_DEMAND_MAX) return { path, ...walked, copies: undefined }
    const copies = new LinkedCopies(path)
    this.#copies.set(name, copies)
    return { path, ...walked, copies }
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
      this.#remove(name)
    }
  }

  /** One that is being made is forgotten only. */
  #remove(name: string): void {
    void this.#copies.get(name)?.close()
    this.#copies.delete(name)
    this.#packages.delete(name)
    if (this.#sizes.delete(name)) this.#discard(join(this.#options.directory, name))
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

async function walk(root: string): Promise<Walked> {
  const directories: string[] = []
  const files: string[] = []
  let bytes = 0
  let codeBytes = 0
  const waiting = ['']
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const entry of await readdir(join(root, at), { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) {
        directories.push(path)
        waiting.push(path)
      } else {
        files.push(path)
        const { size } = await stat(join(root, path))
        bytes += size
        if (CODE.test(entry.name)) codeBytes += size
      }
    }
  }
  return { directories, files, bytes, codeBytes }
}

async function removeCopies(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (LinkedCopies.isName(name)) await rm(join(path, name), { recursive: true, force: true })
  }
}
