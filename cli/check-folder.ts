import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { type Built, buildOnce, isOfPackage } from './esbuild.ts'
import { LOADED_ENDINGS, moduleFile, parseHandlerName } from './handler-name.ts'
import { ownFiles } from './package-folder.ts'
import { Problem } from './problem.ts'

/** Of what is checked: nothing is written. */
const OUTFILE = 'checked.mjs'

export interface CheckedFolder {
  folder: string
  /** As Lambda spells it: `index.handler`. */
  handler: string
  /** The handler may be in one of them. */
  hasLayers?: boolean
}

/**
 * Reads the handler of a folder that is zipped as it lies there, and all that it imports of it: what
 * does not parse, is not there, or does not come along is told before it is deployed. Throws Problem.
 */
export async function checkFolder(checked: CheckedFolder): Promise<void> {
  const { handler, hasLayers = false } = checked
  const folder = await realpath(checked.folder)
  const { module } = parseHandlerName(handler)
  if (path.isAbsolute(module) || isOfPackage(module)) return
  const entry = await moduleFile(folder, module, LOADED_ENDINGS).catch((problem: unknown) => {
    if (!hasLayers) throw problem
  })
  if (entry === undefined) return
  const given = { folder, entry, outfile: OUTFILE, packages: undefined, hasLayers, ownOnly: true }
  const packed = new Set((await ownFiles(folder)).map(({ from }) => from))
  const missing = missingFrom(packed, await buildOnce(given), folder)
  if (missing.length === 0) return
  throw new Problem(
    `${folder} would not run: ${missing.join('; ')}`,
    'Move it into the folder, not below "sample" or "test"; "build": "bundle" in hearth.json takes in sources from anywhere.',
  )
}

/** Imports of packed files that are of this project, and not packed. */
function missingFrom(packed: ReadonlySet<string>, { metafile }: Built, folder: string): string[] {
  const isPacked = (file: string) => packed.has(path.resolve(folder, file)) || isOfPackage(file)
  return Object.entries(metafile.inputs)
    .filter(([importer]) => isPacked(importer))
    .flatMap(([importer, { imports }]) =>
      imports
        .filter((one) => !one.external && !isPacked(one.path))
        .map((one) => `${importer} imports ${one.path}, which is not in the package`),
    )
}
