import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { DECLARATION_FILE } from './declaration.ts'
import { type InstallOptions, installDependencies } from './dependencies.ts'
import { Problem } from './problem.ts'
import { type CodePackage, type PackedFile, zipOf } from './zip-package.ts'

/** In a function's own folder: what belongs to its development, not to its running. */
const OWN_IGNORED = new Set(['node_modules', 'sample', 'test', 'tests', DECLARATION_FILE])
/** In dependencies: half of their files, and never loaded. */
const IDLE_FILE = /\.(?:d\.[cm]?ts|map|md|markdown)$/i
const TEST_FILE = /\.(?:test|spec)\.[cm]?[jt]s$/

/**
 * Zips a function's folder with its production dependencies. Left out: `sample/`, tests, readmes,
 * dot files, `hearth.json`. Throws Problem when it is more than a function may have.
 */
export async function packageFolder(folder: string, options: InstallOptions): Promise<CodePackage> {
  const modules = await installDependencies(folder, options)
  const own = await ownFiles(folder)
  const foreign = modules
    ? await filesOf({ from: modules, as: 'node_modules' }, (name) => IDLE_FILE.test(name))
    : []
  return await zipOf([...own, ...foreign])
}

/** What of a function's folder belongs to its running, dependencies left out. */
export async function ownFiles(folder: string): Promise<PackedFile[]> {
  return await filesOf({ from: folder, as: '' }, ignoredOfOwn)
}

/** Whether a file of a function's folder has a part in the package; `name` is relative to the folder. */
export function isPacked(name: string): boolean {
  const parts = name.split(path.sep)
  return parts.every((part, depth) => !part.startsWith('.') && !ignoredOfOwn(part, depth))
}

function ignoredOfOwn(name: string, depth: number): boolean {
  const ofFolder = depth === 0 && (OWN_IGNORED.has(name) || /^readme/i.test(name))
  return ofFolder || TEST_FILE.test(name)
}

async function filesOf(
  root: PackedFile,
  ignored: (name: string, depth: number) => boolean,
  depth = 0,
): Promise<PackedFile[]> {
  const files: PackedFile[] = []
  for (const entry of await readdir(root.from, { withFileTypes: true })) {
    // Also `.bin` and `.package-lock.json` of node_modules, which only npm needs.
    if (entry.name.startsWith('.') || ignored(entry.name, depth)) continue
    const inside = {
      from: path.join(root.from, entry.name),
      as: root.as ? `${root.as}/${entry.name}` : entry.name,
    }
    if (entry.isDirectory()) files.push(...(await filesOf(inside, ignored, depth + 1)))
    else if (entry.isFile()) files.push(inside)
    else {
      throw new Problem(
        `${inside.from} is neither a file nor a folder`,
        'A code package takes no links: put a copy of the file there.',
      )
    }
  }
  return files
}
