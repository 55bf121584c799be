import { bundleFolder } from './bundle.ts'
import { checkFolder } from './check-folder.ts'
import type { Declaration } from './declaration.ts'
import type { InstallOptions } from './dependencies.ts'
import type { KeptBuilds } from './esbuild.ts'
import { isInside } from './file-system.ts'
import { isTypeScript } from './handler-name.ts'
import { packageFolder } from './package-folder.ts'
import type { CodePackage } from './zip-package.ts'

/** Lambda's own. */
const DEFAULT_HANDLER = 'index.handler'

export interface BuiltPackage extends CodePackage {
  /** Sources that lie outside the function's folder: they are watched as well. */
  foreignInputs: string[]
}

export interface PackageOptions extends InstallOptions {
  /** Of who builds the same function again and again. */
  kept?: KeptBuilds | undefined
}

/**
 * Makes the code package of a function as its `hearth.json` says; left open, TypeScript is bundled,
 * and JavaScript zipped as it lies there. Throws Problem.
 */
export async function buildPackage(
  declaration: Declaration,
  options: PackageOptions,
): Promise<BuiltPackage> {
  const { folder, build, configuration } = declaration
  const handler = configuration.handler ?? DEFAULT_HANDLER
  const hasLayers = (configuration.layers ?? []).length > 0
  const bundles = build ? build === 'bundle' : await isTypeScript(folder, handler)
  if (!bundles) {
    await checkFolder({ folder, handler, hasLayers })
    return { ...(await packageFolder(folder, options)), foreignInputs: [] }
  }
  const { inputs, ...code } = await bundleFolder({ ...options, folder, handler, hasLayers })
  return { ...code, foreignInputs: inputs.filter((file) => !isInside(folder, file)) }
}
