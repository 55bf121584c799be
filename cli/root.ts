import { existsSync } from 'node:fs'
import path from 'node:path'
import { cacheFolder } from './settings.ts'

/** Of the package: the folder above `cli/`, and above `dist/` where it was packed. */
export const ROOT = path.join(import.meta.dirname, '..')

/** Where the dependencies of functions are installed once: in a clone with all else that is made. */
export function packagesFolder(): string {
  const isClone = existsSync(path.join(ROOT, 'cli', 'main.ts'))
  return path.join(
    isClone ? path.join(ROOT, '.hearth') : path.join(cacheFolder(), 'hearth'),
    'packages',
  )
}
