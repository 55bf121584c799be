import path from 'node:path'
import { bundleFolder, checkFolder, isTypeScript, type KeptBuilds } from './bundle.ts'
import type { Declaration } from './declaration.ts'
import { type CodePackage, packageFolder } from './package-folder.ts'

/** Lambda's own. */
const DEFAULT_HANDLER = 'index.handler'

export interface BuiltPackage extends CodePackage {
  /** Sources that lie outside the function's folder: they are watched as well. */
  foreignInputs: string[]
}

export interface PackageOptions {
  /** Where installed dependencies are kept for the next time. */
  cacheDirectory: string
  /** Of who builds the same function again and again. */
  kept?: KeptBuilds | undefined
}

/**
 * Makes the code package of a function as its `hearth.json` says; left open, TypeScript is bundled,
 * and JavaScript zipped as it lies there. Throws Problem.
 */
export async function buildPackage(
  declaration: Declaration,
  { cacheDirectory, kept }: PackageOptions,
): Promise<BuiltPackage> {
  const { folder, build, configuration } = declaration
  const handler = configuration.handler ?? DEFAULT_HANDLER
  const bundles = build ? build === 'bundle' : await isTypeScript(folder, handler)
  if (!bundles) {
    await checkFolder(folder, handler)
    return { ...(await packageFolder(folder, cacheDirectory)), foreignInputs: [] }
  }
  const { inputs, ...code } = await bundleFolder({
    folder,
    handler,
    cacheDirectory,
    kept,
    hasLayers: (configuration.layers ?? []).length > 0,
  })
  return { ...code, foreignInputs: inputs.filter((file) => !isInside(folder, file)) }
}

function isInside(folder: string, file: string): boolean {
  return file.startsWith(folder + path.sep)
}
