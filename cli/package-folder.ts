import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'
import { MAX_UNZIPPED_BYTES, MAX_ZIP_BYTES } from '../core/functions/function.ts'
import { DECLARATION_FILE } from './declaration.ts'
import { installDependencies } from './dependencies.ts'
import { Problem } from './problem.ts'

/** In a function's own folder: what belongs to its development, not to its running. */
const OWN_IGNORED = new Set(['node_modules', 'sample', 'test', 'tests', DECLARATION_FILE])
/** In dependencies: half of their files, and never loaded. */
const IDLE_FILE = /\.(?:d\.[cm]?ts|map|md|markdown)$/i
const TEST_FILE = /\.(?:test|spec)\.[cm]?[jt]s$/
/** Equal folders are equal packages, whenever and by whomever they were checked out. */
const EVERY_TIME = new Date(1980, 0, 1)
const MB = 1024 * 1024

export interface CodePackage {
  zip: Buffer
  files: number
}

/** Where a file lies, and its name in the package. */
export interface PackedFile {
  from: string
  as: string
}

/** One that lies nowhere: it was made for the package. */
export interface MadeFile {
  content: Buffer
  as: string
}

/**
 * Zips a function's folder with its production dependencies. Left out: `sample/`, tests, readmes,
 * dot files, `hearth.json`. Throws Problem when it is more than a function may have.
 */
export async function packageFolder(folder: string, cacheDirectory: string): Promise<CodePackage> {
  const modules = await installDependencies(folder, cacheDirectory)
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

/**
 * The same for the same files, whenever and in whatever order; `compressionLevel` is zlib's. Throws
 * Problem when it is too large.
 */
export async function zipOf(
  files: (PackedFile | MadeFile)[],
  compressionLevel = 6,
): Promise<CodePackage> {
  const archive = new ZipFile()
  let unpackedBytes = 0
  for (const file of files.toSorted((a, b) => (a.as < b.as ? -1 : 1))) {
    const { content, executable } = await contentOf(file, MAX_UNZIPPED_BYTES - unpackedBytes)
    unpackedBytes += content.length
    archive.addBuffer(content, file.as, {
      mtime: EVERY_TIME,
      forceDosTimestamp: true,
      mode: executable ? 0o100755 : 0o100644,
      compressionLevel,
    })
  }
  archive.end()
  const zip = await buffer(archive.outputStream)
  if (zip.length > MAX_ZIP_BYTES) throw tooLarge('zipped', MAX_ZIP_BYTES)
  return { zip, files: files.length }
}

async function contentOf(file: PackedFile | MadeFile, bytesLeft: number) {
  if ('content' in file) {
    if (file.content.length > bytesLeft) throw tooLarge('unpacked', MAX_UNZIPPED_BYTES)
    return { content: file.content, executable: false }
  }
  const { mode, size } = await stat(file.from)
  if (size > bytesLeft) throw tooLarge('unpacked', MAX_UNZIPPED_BYTES)
  return { content: await readFile(file.from), executable: Boolean(mode & 0o100) }
}

function tooLarge(how: string, limitBytes: number): Problem {
  return new Problem(
    `The code package is larger than ${limitBytes / MB} MB ${how}`,
    'Leave out what the function does not load, or read large data from a bucket.',
  )
}
