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
import { isInside } from './file-system.ts'
import { Problem } from './problem.ts'

const MISTAKES_MAX = 5

/** What is built, and where its packages are found. */
export interface Build {
  /** The function's, absolute and without links, as esbuild tells its files. */
  folder: string
  /** Relative to the folder. */
  entry: string
  outfile: string
  /** Holds the `node_modules` that the lock file names. */
  packages: string | undefined
  /** What is not found may be in a layer. */
  hasLayers: boolean
  /** Only the folder's own files are read: packages are not looked at. */
  ownOnly?: boolean
}

export interface Wanted extends BuildOptions {
  write: false
  metafile: true
}

export type Built = BuildResult<Wanted>

/** Code that cannot be built as it is. */
export class BuildProblem extends Problem {
  /** Absolute paths that were read or looked for, packages left out: a change of one may mend it. */
  readonly inputs: readonly string[]

  constructor(failure: BuildFailure, given: Build, inputs: readonly string[]) {
    const isMissing = failure.errors.some(({ text }) => text.startsWith('Could not resolve'))
    const isBinary = failure.errors.some(({ text }) => text.includes('".node"'))
    super(
      `${given.folder} does not build: ${mistakesOf(failure.errors)}`,
      isBinary
        ? 'A package with a binary cannot be in a bundle: set "build": "zip" in hearth.json.'
        : isMissing
          ? 'Correct it there; a package is installed with "npm install" in the folder.'
          : 'Correct it there.',
      { cause: failure },
    )
    this.inputs = inputs
  }
}

/** Builds that are kept, so that the next one of the same entry takes up only what has changed. */
export class KeptBuilds {
  readonly #contexts = new Map<string, Promise<BuildContext<Wanted>>>()

  /** Throws BuildProblem. */
  async build(given: Build): Promise<Built> {
    const key = JSON.stringify(given)
    const kept = this.#contexts.get(key) ?? context(optionsOf(given))
    this.#contexts.set(key, kept)
    return await orExplain(given, async () => await (await kept).rebuild())
  }

  async dispose(): Promise<void> {
    for (const kept of this.#contexts.values()) await (await kept).dispose()
  }
}

/** Builds once, and writes nothing. Throws BuildProblem. */
export async function buildOnce(given: Build): Promise<Built> {
  return await orExplain(given, async () => await build(optionsOf(given)))
}

function optionsOf(given: Build, ...plugins: Plugin[]): Wanted {
  const { folder, entry, outfile, ownOnly } = given
  return {
    absWorkingDir: folder,
    entryPoints: [entry],
    outfile,
    plugins: [...plugins, fromLayers, resolvingFrom(given)],
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
    ...(ownOnly && { packages: 'external', loader: { '.node': 'empty' } }),
  }
}

/**
 * What is imported from there is there when the function runs. By what is written: esbuild's own `external`
 * would hold it against where files lie here as well, and /var and /opt are places to develop in.
 */
const fromLayers: Plugin = {
  name: 'from-layers',
  setup({ onResolve }) {
    onResolve({ filter: /^\/(?:opt|var)\// }, ({ path: specifier, kind }) =>
      kind === 'entry-point' ? undefined : { path: specifier, external: true },
    )
  },
}

/**
 * Finds what the folder's own files import in `packages`, before any `node_modules` on the way up. Where
 * the function has layers, what is in neither is left to be found there.
 */
function resolvingFrom({ folder, packages, hasLayers }: Build): Plugin {
  const asked = Symbol('asked')
  return {
    name: 'locked-packages',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[^./]/ }, async ({ path: specifier, ...args }) => {
        const { kind, importer, resolveDir } = args
        const isOwn = isInside(folder, resolveDir)
        if (!isOwn || args.pluginData === asked || isBuiltin(specifier)) return undefined
        for (const place of [packages, resolveDir]) {
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

async function orExplain(given: Build, building: () => Promise<Built>): Promise<Built> {
  try {
    return await building()
  } catch (error) {
    const failure = error as BuildFailure
    if (!Array.isArray(failure.errors)) throw error
    throw new BuildProblem(failure, given, await lookedFor(given))
  }
}

/** A build that fails tells nothing of the files that it read: it is done again, and looked at. */
async function lookedFor(given: Build): Promise<string[]> {
  const files = new Set<string>()
  const looking: Plugin = {
    name: 'looking',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: specifier, resolveDir }) => {
        files.add(path.join(resolveDir, specifier))
        return undefined
      })
      onLoad({ filter: /./ }, ({ path: file }) => {
        files.add(file)
        return undefined
      })
    },
  }
  await build(optionsOf(given, looking)).catch(() => undefined)
  return [...files].filter((file) => !isOfPackage(file))
}

/** Whether a file is of a dependency. */
export function isOfPackage(file: string): boolean {
  return file.split(path.sep).includes('node_modules')
}

function mistakesOf(errors: readonly Message[]): string {
  const told = errors.slice(0, MISTAKES_MAX).map(placed).join('; ')
  const more = errors.length - MISTAKES_MAX
  return more > 0 ? `${told}; and ${more} more` : told
}

function placed({ text, location }: Message): string {
  return location ? `${location.file}:${location.line}:${location.column}: ${text}` : text
}
