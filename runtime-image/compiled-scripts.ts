import Module from 'node:module'
import { dirname } from 'node:path'
import vm from 'node:vm'

/** Modules of CommonJS that are remembered; Node compiles what comes after as ever. */
const SCRIPTS_MAX = 10_000
/** The wrapper stands before the first line: without it, columns in traces would be off there. */
const COLUMN_OFFSET = -Module.wrap('').indexOf('\n')
/** Code is hashed in pieces that stay in the processor's cache. */
const PIECE = 64 * 1024
const LENGTH_BYTES = 4

interface ModulePrototype {
  _compile(this: Module, content: string, file: string, format?: string): unknown
}

interface Loader {
  _resolveLookupPaths(request: string, parent: Module): string[] | null
  _resolveFilename(request: string, parent: Module, isMain: boolean, options?: object): string
  _extensions: NodeJS.RequireExtensions
  _cache: NodeJS.Dict<Module>
}

/** One script in a pack's index: what it is of, and how many bytes of the data are its own. */
interface Entry {
  file: string
  contentHash: number
  bytes: number
  dataHash: number
}

interface Recorded {
  file: string
  content: string
  script: vm.Script
}

/** Returns nothing for a module that Node shall compile itself. */
type Compile = (content: string, file: string) => vm.Script | undefined

const prototype = Module.prototype as unknown as ModulePrototype
const loader = Module as unknown as Loader

/**
 * The modules of CommonJS that are loaded from now on, as V8 has them when they have run. Node's own
 * cache takes them as they are before they run: without the functions that loading them calls, which
 * is most of what there is to save.
 */
export class RecordedScripts {
  readonly #recorded: Recorded[] = []
  readonly #stop: () => void

  constructor() {
    this.#stop = intercept((content, file) => {
      if (this.#recorded.length >= SCRIPTS_MAX) return undefined
      const script = compile(content, file)
      this.#recorded.push({ file, content, script })
      return script
    })
  }

  /** One after the other, because V8 writes each in one go; `bytesMax` bounds their data. */
  async *take(bytesMax: number): AsyncGenerator<{ entry: Entry; data: Buffer }> {
    this.#stop()
    let left = bytesMax
    for (const { file, content, script } of this.#recorded.splice(0)) {
      const data = script.createCachedData()
      if (data.length > left) continue
      left -= data.length
      const entry = { file, contentHash: hashOf(content), bytes: data.length }
      yield { entry: { ...entry, dataHash: crc32(data) }, data }
    }
  }

  /** From now on Node compiles by itself. */
  drop(): void {
    this.#stop()
    this.#recorded.length = 0
  }
}

/** `u32 length of the index | index | data`, big endian; the index is JSON. */
export function packScripts(scripts: { entry: Entry; data: Buffer }[]): Buffer {
  const index = Buffer.from(JSON.stringify(scripts.map(({ entry }) => entry)))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(index.length)
  return Buffer.concat([length, index, ...scripts.map(({ data }) => data)])
}

/**
 * Modules of CommonJS are made of this pack from now on, where they are in it. Code that differs from
 * the recorded one is compiled as ever, and so is what has been damaged: V8 itself compares no more
 * than lengths. Throws on what is no pack.
 */
export function useScripts(pack: Buffer): void {
  const scripts = readPack(pack)
  intercept((content, file) => {
    const found = scripts.get(file)
    if (!found || found.entry.contentHash !== hashOf(content)) return undefined
    scripts.delete(file)
    if (crc32(found.data) !== found.entry.dataHash) return undefined
    return compile(content, file, found.data)
  })
}

function readPack(pack: Buffer): Map<string, { entry: Entry; data: Buffer }> {
  let at = LENGTH_BYTES + pack.readUInt32BE(0)
  const index: Entry[] = JSON.parse(pack.toString('utf8', LENGTH_BYTES, at))
  return new Map(
    index.map((entry) => {
      const data = pack.subarray(at, at + entry.bytes)
      at += entry.bytes
      return [entry.file, { entry, data }]
    }),
  )
}

function compile(content: string, file: string, cachedData?: Buffer): vm.Script {
  return new vm.Script(Module.wrap(content), {
    filename: file,
    columnOffset: COLUMN_OFFSET,
    ...(cachedData && { cachedData }),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
}

/** Puts `compile` before Node's own compiling of modules of CommonJS. Returns what ends that. */
function intercept(compile: Compile): () => void {
  const original = prototype._compile
  let isOn = true
  function _compile(this: Module, ...given: [string, string, string?]): unknown {
    const [content, file, format] = given
    const script = isOn && isPlain(content, format) ? tryTo(compile, content, file) : undefined
    if (!script) return original.apply(this, given)
    const { exports } = this
    return script
      .runInThisContext()
      .call(exports, exports, requireFor(this), this, file, dirname(file))
  }
  prototype._compile = _compile
  return () => {
    isOn = false
    // Whoever has put something before it calls it still.
    if (prototype._compile === _compile) prototype._compile = original
  }
}

/** What a plain wrapper around the code does not do as Node does it: other kinds, `#!`, source maps. */
function isPlain(content: string, format: string | undefined): boolean {
  if (format !== undefined && format !== 'commonjs') return false
  return (
    !content.startsWith('#!') && !(process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled
  )
}

/** Code that cannot be compiled so is Node's: it says why, or finds that it is a module of the other kind. */
function tryTo(compile: Compile, content: string, file: string): vm.Script | undefined {
  try {
    return compile(content, file)
  } catch {
    return undefined
  }
}

/** What Node gives a module as `require`. */
function requireFor(module: Module): NodeJS.Require {
  const resolve = (request: string, options?: object) =>
    loader._resolveFilename(request, module, false, options)
  return Object.assign((id: string) => module.require(id), {
    resolve: Object.assign(resolve, {
      paths: (request: string) => loader._resolveLookupPaths(request, module),
    }),
    main: process.mainModule,
    extensions: loader._extensions,
    cache: loader._cache,
  }) as NodeJS.Require
}

function hashOf(content: string): number {
  const piece = Buffer.allocUnsafe(PIECE * 2)
  let hash = 0
  for (let at = 0; at < content.length; at += PIECE) {
    const bytes = piece.write(content.slice(at, at + PIECE), 'utf16le')
    hash = crc32(piece.subarray(0, bytes), hash)
  }
  return hash
}

/** Not imported: a generic sandbox is smaller without `node:zlib`. */
function crc32(bytes: Uint8Array, before = 0): number {
  return process.getBuiltinModule('node:zlib').crc32(bytes, before)
}
