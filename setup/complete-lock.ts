import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from './setup-result.ts'

/**
 * Adds to package-lock.json the optional packages of other platforms that a registry mirror has kept
 * from npm: without them `npm ci` refuses the lock (npm/cli#9846). "npm run lock" does it after every change of the dependencies.
 */
const FILE = join(PROJECT, 'package-lock.json')
const INSTALLED = join(PROJECT, 'node_modules', '.package-lock.json')

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const PROCESSORS = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
  'x64',
]

interface LockedPackage {
  version?: string
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

interface Lock {
  packages: Record<string, LockedPackage>
}

const lock = JSON.parse(readFileSync(FILE, 'utf8')) as Lock
const missing = missingPackages(lock)
if (missing.length > 0) {
  const added = missing.map(({ name, version }) => [`node_modules/${name}`, entry(name, version)])
  const all = { ...lock.packages, ...Object.fromEntries(added) }
  const sorted = Object.entries(all).sort(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(
    FILE,
    `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`,
  )
  // What is installed here has not changed, so it must not look older than the lock.
  utimesSync(INSTALLED, new Date(), new Date())
}
console.log(`package-lock.json: ${missing.length} packages of other platforms added`)

function missingPackages({ packages }: Lock): { name: string; version: string }[] {
  return Object.entries(packages).flatMap(([path, locked]) =>
    Object.entries(locked.optionalDependencies ?? {})
      .filter(([name]) => !isResolved(packages, path, name))
      .map(([name, range]) => ({ name, version: range.replace(/^[\^~]/, '') })),
  )
}

/** Looks as Node.js does: in the package itself, then in every folder above it. */
function isResolved(packages: Lock['packages'], path: string, name: string): boolean {
  let folder = path
  while (true) {
    if (packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true
    if (!folder) return false
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))
  }
}

/** Such packages carry their platform in their name; npm skips those of other platforms by it. */
function entry(name: string, version: string): LockedPackage {
  const words = name.split(/[/-]/)
  const os = SYSTEMS.filter((system) => words.includes(system))
  const cpu = PROCESSORS.filter((processor) => words.includes(processor))
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : []
  return {
    version,
    ...(cpu.length > 0 && { cpu }),
    ...(libc.length > 0 && { libc }),
    optional: true,
    ...(os.length > 0 && { os }),
  }
}
