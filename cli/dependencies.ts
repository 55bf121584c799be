import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { exists } from './file-system.ts'
import { Problem } from './problem.ts'

const INSTALL_MS = 300_000
/** Characters of what npm says: the cause comes first, and pages of its options after it. */
const COMPLAINT_MAX = 800

/** Sandboxes are Debian on this machine's processor: binaries come for that, wherever this runs. */
const TARGET = ['--os=linux', `--cpu=${process.arch}`, '--libc=glibc']

export interface InstallOptions {
  /** Where installed dependencies are kept for the next time. */
  cacheDirectory: string
  /** Called with one line before what takes its time. */
  say?(line: string): void
}

/**
 * Installs the production dependencies of a function's folder, as its lock file has them, beside
 * the folder: in the cache, by the lock file's hash, so that the next time is quick and
 * what the folder's own `node_modules` has for development stays out of the package.
 *
 * Resolves with the `node_modules` to pack, `undefined` when there are no dependencies.
 */
export async function installDependencies(
  folder: string,
  { cacheDirectory, say }: InstallOptions,
): Promise<string | undefined> {
  const manifest = await readOptional(path.join(folder, 'package.json'))
  if (!manifest || !hasDependencies(manifest, folder)) return undefined
  const lock = await readOptional(path.join(folder, 'package-lock.json'))
  if (!lock) {
    throw new Problem(
      `${folder} has dependencies, but no package-lock.json`,
      `Run "npm install" in ${folder}: a deployment installs what the lock file names.`,
    )
  }
  refusePaths(lock, folder)
  const hash = createHash('sha256')
    .update(manifest)
    .update(lock)
    .update(TARGET.join())
    .digest('hex')
  const installed = path.join(cacheDirectory, hash.slice(0, 20))
  if (!(await exists(installed))) {
    say?.(`Installing the dependencies of ${folder}`)
    await installInto(folder, installed)
  }
  const modules = path.join(installed, 'node_modules')
  return (await exists(modules)) ? modules : undefined
}

function hasDependencies(manifest: Buffer, folder: string): boolean {
  const file = path.join(folder, 'package.json')
  const { dependencies, optionalDependencies } = parsed<Manifest>(manifest, file)
  return Object.keys({ ...dependencies, ...optionalDependencies }).length > 0
}

/** Throws Problem where a production dependency is a path of this machine: beside the folder it leads nowhere. */
function refusePaths(lock: Buffer, folder: string): void {
  const { packages = {} } = parsed<LockFile>(lock, path.join(folder, 'package-lock.json'))
  const [place] =
    Object.entries(packages).find(
      ([, { dev, link, resolved }]) => !dev && (link || resolved?.startsWith('file:')),
    ) ?? []
  if (place === undefined) return
  throw new Problem(
    `${folder} depends on "${place.replace(/^.*node_modules\//, '')}" by a path, which is not installed for a deployment`,
    'Import its sources by their path, with "build": "bundle" in hearth.json, or depend on a published version.',
  )
}

interface Manifest {
  dependencies?: object
  optionalDependencies?: object
}

interface LockFile {
  packages?: Record<string, { dev?: boolean; link?: boolean; resolved?: string }>
}

function parsed<T>(json: Buffer, file: string): T {
  try {
    return JSON.parse(json.toString()) as T
  } catch (cause) {
    throw new Problem(
      `${file} is not valid JSON: ${(cause as Error).message}`,
      'Correct it there.',
      { cause },
    )
  }
}

/** What is in the cache is whole: it gets its name by one rename, after the installation. */
async function installInto(folder: string, installed: string): Promise<void> {
  await mkdir(path.dirname(installed), { recursive: true })
  const staging = await mkdtemp(`${installed}-`)
  try {
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
      const from = path.join(folder, file)
      if (await exists(from)) await cp(from, path.join(staging, file))
    }
    await npmCi(staging)
    await rename(staging, installed)
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    // Another deployment of the same lock file was first; its result is as good.
    if (!(error instanceof Problem) && (await exists(installed))) return
    throw error
  }
}

async function npmCi(directory: string): Promise<void> {
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const child = spawn('npm', ['ci', ...flags, ...TARGET], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: AbortSignal.timeout(INSTALL_MS),
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const complaint = text(child.stderr)
  let code: number | null
  try {
    code = await ended
  } catch (cause) {
    throw new Problem(
      `"npm ci" could not be run: ${(cause as Error).message}`,
      'Check that npm is on the PATH and that the package registry can be reached.',
      { cause },
    )
  }
  if (code === 0) return
  throw new Problem(
    `"npm ci" ended with ${code}:\n${(await complaint).trim().slice(0, COMPLAINT_MAX)}`,
    'If package.json and the lock file differ, run "npm install" in the folder of the function.',
  )
}

async function readOptional(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
