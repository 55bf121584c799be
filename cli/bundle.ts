import { stat } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import {
  type BuildContext,
  type BuildFailure,
  type BuildOptions,
  type BuildResult,
  build,
  context,
  type Message,
  type Plugin,
} from 'esbuild'
import { installDependencies } from './dependencies.ts'
import { type CodePackage, type MadeFile, ownFiles, zipOf } from './package-folder.ts'
import { Problem } from './problem.ts'

const ENDINGS = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']
/** They say how to develop, and nothing at run time; those of the bundle are in the bundle. */
const IDLE_FILES = new Set(['package-lock.json', 'tsconfig.json'])
const MISTAKES_MAX = 5
/** Of zlib: a fifth of the time, and of a bundle a third larger. */
const FAST = 1
/** They are there when the function runs. */
const FROM_LAYERS = ['/opt/*', '/var/*']

export interface Bundle extends CodePackage {
  /** Absolute paths of the sources that are in it, dependencies left out. */
  inputs: string[]
}

/** Builds that are kept, so that the next one of the same entry takes up only what has changed. */
export class KeptBuilds {
  readonly #contexts = new Map<string, Promise<BuildContext<Wanted>>>()

  async build(given: Given): Promise<BuildResult<Wanted>> {
    const key = JSON.stringify([
      given.absWorkingDir,
      given.entryPoints,
      given.root,
      given.hasLayers,
    ])
    const kept = this.#contexts.get(key) ?? context(optionsOf(given))
    this.#contexts.set(key, kept)
    return await (await kept).rebuild()
  }

  async dispose(): Promise<void> {
    for (const kept of this.#contexts.values()) await (await kept).dispose()
  }
}

export interface BundleOptions {
  folder: string
  /** As Lambda spells it: `index.handler`. */
  handler: string
  cacheDirectory: string
  /** Packages that are not found here may be in a layer. */
  hasLayers?: boolean
  kept?: KeptBuilds | undefined
}

/**
 * Puts a function's code and its dependencies into one file, with a source map, and zips that with
 * the other files of the folder. Throws Problem, with the place of each mistake.
 */
export async function bundleFolder(options: BundleOptions): Promise<Bundle> {
  const { folder, handler, cacheDirectory, kept } = options
  const { module, exported } = splitHandler(handler)
  const entry = await entryOf(folder, module)
  const modules = await lockedModules(folder, cacheDirectory)
  const given: Given = {
    absWorkingDir: path.resolve(folder),
    entryPoints: [entry],
    outfile: `${module}.bundle.mjs`,
    root: modules && path.dirname(modules),
    hasLayers: options.hasLayers ?? false,
  }
  const result = await orExplain(folder, () => kept?.build(given) ?? build(optionsOf(given)))
  const inputs = Object.keys(result.metafile.inputs)
    .filter((file) => !file.split('/').includes('node_modules'))
    .map((file) => path.resolve(folder, file))
  const bundled = new Set(inputs)
  const others = (await ownFiles(folder)).filter(
    ({ from, as }) => !bundled.has(path.resolve(from)) && !IDLE_FILES.has(as),
  )
  const made: MadeFile[] = result.outputFiles.map((file) => ({
    as: path.relative(path.resolve(folder), file.path),
    content: Buffer.from(file.contents),
  }))
  const names = Object.values(result.metafile.outputs).flatMap((output) => output.exports)
  const front = { as: `${module}.mjs`, content: Buffer.from(frontOf(module, exported, names)) }
  return { ...(await zipOf([...others, ...made, front], FAST)), inputs }
}

/**
 * Reads the handler of a folder that is zipped as it lies there, and all that it imports of it: what
 * does not parse, or is not there, is told before it is deployed. Throws Problem.
 */
export async function checkFolder(folder: string, handler: string): Promise<void> {
  const { module } = splitHandler(handler)
  const entry = await entryOf(folder, module).catch(() => undefined)
  // A handler may lie in a layer.
  if (entry === undefined) return
  const given: Given = {
    absWorkingDir: path.resolve(folder),
    entryPoints: [entry],
    outfile: 'checked.mjs',
    root: undefined,
    hasLayers: false,
  }
  await orExplain(folder, () => build({ ...optionsOf(given), packages: 'external' }))
}

/** Whether a handler of this folder is written in TypeScript. */
export async function isTypeScript(folder: string, handler: string): Promise<boolean> {
  const { module } = splitHandler(handler)
  const found = await Promise.all(
    ENDINGS.map((ending) => exists(path.join(folder, module + ending))),
  )
  return /^\.[mc]?tsx?$/.test(ENDINGS[found.indexOf(true)] ?? '')
}

function splitHandler(handler: string): { module: string; exported: string } {
  const dot = handler.lastIndexOf('.')
  return { module: handler.slice(0, dot), exported: handler.slice(dot + 1) }
}

async function entryOf(folder: string, module: string): Promise<string> {
  for (const ending of ENDINGS) {
    if (await exists(path.join(folder, module + ending))) return `./${module}${ending}`
  }
  throw new Problem(
    `${path.join(folder, module)} is not there, with any of the endings ${ENDINGS.join(' ')}`,
    'Write it, or correct "handler" in hearth.json: the file without its ending, ".", its export.',
  )
}

/**
 * The packages that the folder's lock file names. Without one, esbuild looks as Node.js does: in
 * the `node_modules` of the folder and of all above it.
 */
async function lockedModules(folder: string, cache: string): Promise<string | undefined> {
  const locked = await exists(path.join(folder, 'package-lock.json'))
  return locked ? await installDependencies(folder, cache) : undefined
}

/**
 * Finds what the folder's own files import in `root`, before any `node_modules` on the way up. Where
 * the function has layers, what is in neither is left to be found there.
 */
function resolvingFrom({ absWorkingDir: folder, root, hasLayers }: Given): Plugin {
  const asked = Symbol('asked')
  return {
    name: 'locked-packages',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[^./]/ }, async ({ path: specifier, ...args }) => {
        const { kind, importer, resolveDir } = args
        const isOwn = resolveDir === folder || resolveDir.startsWith(folder + path.sep)
        if (!isOwn || args.pluginData === asked || isBuiltin(specifier)) return undefined
        for (const place of [root, resolveDir]) {
          if (place === undefined) continue
          const options = { kind, importer, resolveDir: place, pluginData: asked }
          const found = await resolve(specifier, options)
          if (found.errors.length === 0) return found
        }
        return hasLayers ? { path: specifier, external: true } : undefined
      })
    },
  }
}

interface Given {
  absWorkingDir: string
  entryPoints: string[]
  outfile: string
  /** Where the packages lie that the lock file names. */
  root: string | undefined
  hasLayers: boolean
}

interface Wanted extends BuildOptions {
  write: false
  metafile: true
}

function optionsOf(given: Given): Wanted {
  const { absWorkingDir, entryPoints, outfile } = given
  return {
    absWorkingDir,
    entryPoints,
    outfile,
    plugins: [resolvingFrom(given)],
    external: FROM_LAYERS,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    keepNames: true,
    sourcemap: 'linked',
    // The names and lines of the sources are enough for a stack trace.
    sourcesContent: false,
    legalComments: 'none',
    define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
    logLevel: 'silent',
  }
}

async function orExplain<T>(folder: string, building: () => Promise<T>): Promise<T> {
  try {
    return await building()
  } catch (error) {
    throw explained(error as BuildFailure, folder)
  }
}

function explained(failure: BuildFailure, folder: string): unknown {
  if (!Array.isArray(failure.errors)) return failure
  const told = failure.errors.slice(0, MISTAKES_MAX).map((error) => placed(error))
  const more = failure.errors.length - told.length
  const isBinary = failure.errors.some(({ text }) => text.includes('".node"'))
  return new Problem(
    `${folder} does not build: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
    isBinary
      ? 'A package with a binary cannot be in a bundle: set "build": "zip" in hearth.json.'
      : 'Correct it there; a package that is not found is installed with "npm install" in the folder.',
    { cause: failure },
  )
}

function placed({ text, location }: Message): string {
  return location ? `${location.file}:${location.line}:${location.column}: ${text}` : text
}

/**
 * What the platform loads. Node keeps the map of a module only if it is asked before it loads the
 * module; and a CommonJS dependency in a bundle of ES modules finds no `require` by itself.
 */
function frontOf(module: string, exported: string, names: readonly string[]): string {
  const lines = [...new Set([exported, ...names])]
    .filter((name) => /^[\w$]+$/.test(name) && name !== 'default')
    .map((name) => `export const ${name} = bundle.${name} ?? bundle.default?.${name}`)
  return [
    "import { createRequire } from 'node:module'",
    'process.setSourceMapsEnabled(true)',
    'globalThis.require ??= createRequire(import.meta.url)',
    `const bundle = await import('./${path.basename(module)}.bundle.mjs')`,
    ...lines,
    'export default bundle.default',
    '',
  ].join('\n')
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  )
}
