import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { type InstallOptions, installDependencies } from './dependencies.ts'
import { type Build, type Built, buildOnce, isOfPackage, type KeptBuilds } from './esbuild.ts'
import { exists } from './file-system.ts'
import { moduleFile, parseHandlerName, SOURCE_ENDINGS } from './handler-name.ts'
import { ownFiles } from './package-folder.ts'
import { type CodePackage, type MadeFile, zipOf } from './zip-package.ts'

/** They say how to develop, and nothing at run time; those of the bundle are in the bundle. */
const IDLE_FILES = new Set(['package-lock.json', 'tsconfig.json'])
/** Of zlib: a fifth of the time, and of a bundle a third larger. */
const FAST = 1

export interface Bundle extends CodePackage {
  /** Absolute paths of the sources that are in it, dependencies left out. */
  inputs: string[]
}

export interface BundleOptions extends InstallOptions {
  folder: string
  /** As Lambda spells it: `index.handler`. */
  handler: string
  /** Packages that are not found here may be in a layer. */
  hasLayers?: boolean
  kept?: KeptBuilds | undefined
}

/**
 * Puts a function's code and its dependencies into one file, with a source map, and zips that with
 * the other files of the folder. Throws Problem, with the place of each mistake.
 */
export async function bundleFolder(options: BundleOptions): Promise<Bundle> {
  const { handler, hasLayers = false, kept } = options
  const folder = await realpath(options.folder)
  const { module, exported } = parseHandlerName(handler)
  const entry = await moduleFile(folder, module, SOURCE_ENDINGS)
  const outfile = `${module}.bundle.mjs`
  const packages = await lockedPackages(folder, options)
  const given: Build = { folder, entry, outfile, packages, hasLayers }
  const result = await (kept?.build(given) ?? buildOnce(given))
  const inputs = Object.keys(result.metafile.inputs)
    .map((file) => path.resolve(folder, file))
    .filter((file) => !isOfPackage(file))
  const names = Object.values(result.metafile.outputs).flatMap((output) => output.exports)
  const front = { as: `${module}.mjs`, content: Buffer.from(frontOf(module, exported, names)) }
  const made = [...outputsOf(result, given), front]
  // What lies there compiled as well would be loaded in the bundle's place.
  const replaced = new Set(['', ...SOURCE_ENDINGS].map((ending) => module + ending))
  for (const { as } of made) replaced.add(as)
  const bundled = new Set(inputs)
  const others = (await ownFiles(folder)).filter(
    ({ from, as }) => !bundled.has(from) && !replaced.has(as) && !IDLE_FILES.has(as),
  )
  return { ...(await zipOf([...others, ...made], FAST)), inputs }
}

/**
 * Where the packages lie that the folder's lock file names. Without one, esbuild looks as Node.js does:
 * in the `node_modules` of the folder and of all above it.
 */
async function lockedPackages(
  folder: string,
  options: InstallOptions,
): Promise<string | undefined> {
  if (!(await exists(path.join(folder, 'package-lock.json')))) return undefined
  const modules = await installDependencies(folder, options)
  return modules && path.dirname(await realpath(modules))
}

/**
 * Bundle and map, with dependencies told as if they lay in the folder: where they are installed differs
 * from one clone to the next, and equal code is to be an equal package.
 */
function outputsOf({ outputFiles }: Built, { folder, outfile, packages }: Build): MadeFile[] {
  const place = packages && `${relative(folder, packages)}/`
  return outputFiles.map(({ path: file, contents, text }) => {
    const as = relative(folder, file)
    if (place === undefined) return { as, content: Buffer.from(contents) }
    if (!file.endsWith('.map')) return { as, content: Buffer.from(text.replaceAll(place, '')) }
    // Its sources are relative to itself.
    const up = relative(path.dirname(path.join(folder, outfile)), folder)
    const before = path.posix.join(up, place)
    const map = JSON.parse(text) as { sources: string[] }
    map.sources = map.sources.map((source) =>
      source.startsWith(before) ? path.posix.join(up, source.slice(before.length)) : source,
    )
    return { as, content: Buffer.from(JSON.stringify(map)) }
  })
}

/** As esbuild writes it. */
function relative(from: string, to: string): string {
  return path.relative(from, to).split(path.sep).join('/')
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
