import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { seconds } from './report.ts'
import type { Setup } from './setup.ts'
import { HEARTH, type Part, PROJECT } from './setup-result.ts'

const SOURCES = join(PROJECT, 'console')
const BUILT = join(HEARTH, 'console')
/** Not in the folder that is served, and not named `console…`: the Dockerfile copies all of that name. */
const HASH = join(HEARTH, 'sources-of-console')

/** Builds the page at /console, unless it is there and of these very sources. */
export async function prepareConsole(setup: Setup): Promise<Part> {
  const hash = hashOfSources()
  if (
    existsSync(join(BUILT, 'index.html')) &&
    existsSync(HASH) &&
    readFileSync(HASH, 'utf8') === hash
  ) {
    setup.report.found('console', '.hearth/console')
    return { state: 'ready', value: BUILT }
  }
  const started = Date.now()
  try {
    await setup.report.busy('console', 'vite build', build)
  } catch (error) {
    const reason = `it could not be built: ${(error as Error).message}`
    setup.report.missing('console', reason)
    return { state: 'missing', reason }
  }
  writeFileSync(HASH, hash)
  setup.report.made('console', `.hearth/console, ${seconds(started)}`)
  return { state: 'ready', value: BUILT }
}

/** A platform that runs keeps the old page until the new one is whole. */
async function build(): Promise<void> {
  const unfinished = join(HEARTH, `unfinished-console.${process.pid}`)
  mkdirSync(unfinished, { recursive: true })
  try {
    // Only where it is needed: loading the builder takes half a second.
    const { buildConsole } = await import('../console/build.ts')
    await buildConsole(unfinished)
    rmSync(BUILT, { recursive: true, force: true })
    renameSync(unfinished, BUILT)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

/** Of what it is built from, the packages included. */
function hashOfSources(): string {
  const names = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const hash = createHash('sha256')
  for (const name of [...names, join(PROJECT, 'package-lock.json')]) {
    const content = readFileSync(name)
    hash.update(`${name.slice(PROJECT.length)} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}
