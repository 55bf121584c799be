import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Layout } from './layout.ts'

/** Not a path, not a URL, not `#internal`: the name of a package. */
const PACKAGE_NAME = /^[^./#:][^:]*$/

/**
 * Lets `import` find packages where `require` does, in the `node_modules` of NODE_PATH: Lambda's
 * runtimes do since Node 18 (aws.amazon.com/blogs/compute/node-js-18-x-runtime-now-available-in-aws-lambda),
 * and Node itself does not. Nothing is hooked where there are none, which is so without layers: these are asked
 * for once, since a cold start waits for each look.
 */
export function importFromModulePath(path: string, { layers }: Pick<Layout, 'layers'>): void {
  const ofLayers = `${layers}/nodejs/`
  const hasLayers = existsSync(ofLayers)
  const parents = path
    .split(':')
    .filter((folder) => basename(folder) === 'node_modules')
    .filter((folder) => (hasLayers || !folder.startsWith(ofLayers)) && existsSync(folder))
    .map((folder) => pathToFileURL(join(folder, '..', 'importer.mjs')).href)
  if (parents.length === 0) return
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context)
      } catch (error) {
        if (!isMissing(error) || !PACKAGE_NAME.test(specifier)) throw error
        for (const parentURL of parents) {
          try {
            return next(specifier, { ...context, parentURL })
          } catch (other) {
            if (!isMissing(other)) throw other
          }
        }
        throw error
      }
    },
  })
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_MODULE_NOT_FOUND'
}
