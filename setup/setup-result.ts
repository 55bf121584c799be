import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Root of the project: the set-up keeps what it makes under `.hearth/` in it. */
export const PROJECT = dirname(import.meta.dirname)
export const HEARTH = join(PROJECT, '.hearth')
const FILE = join(HEARTH, 'setup.json')

/**
 * A part that the platform runs on: `ready` under this name or path, `given` by the environment
 * variable of this name, or missing, and why.
 */
export type Part =
  | { state: 'ready'; value: string }
  | { state: 'given'; value: string }
  | { state: 'missing'; reason: string }

export interface SetupResult {
  /** Address of the container engine. */
  engine: Part
  /** Path of `redis-server`. */
  redis: Part
  /** Path of `minio`. */
  minio: Part
  /** Tag of the sandbox image. */
  sandboxImage: Part
  /** Path of `docker-compose` v2; looked for by the tests alone. */
  compose: Part
  /** Folder of PostgreSQL's programs; looked for by the tests alone. */
  postgres: Part
  /** Folder of the programs of a virtual environment with boto3 and aws; looked for by the tests alone. */
  pythonClients: Part
  /** Path of `terraform`; looked for by the tests alone. */
  terraform: Part
  /** Folder with its AWS provider. */
  terraformProviders: Part
  /** Folder of the page at /console. */
  console: Part
  /** Path of `chromium`; looked for by the tests alone. */
  chromium: Part
  /** Path of `wrk`; looked for by the bench alone. */
  loadGenerator: Part
}

const UNKNOWN: Part = {
  state: 'missing',
  reason: 'the set-up has not run; run "sh setup/prepare.sh start"',
}

/** What the last set-up found. Parts that it did not look for are missing; a damaged file is as none. */
export function readSetupResult(): SetupResult {
  const nothing: SetupResult = {
    engine: UNKNOWN,
    redis: UNKNOWN,
    minio: UNKNOWN,
    sandboxImage: UNKNOWN,
    compose: UNKNOWN,
    postgres: UNKNOWN,
    pythonClients: UNKNOWN,
    terraform: UNKNOWN,
    terraformProviders: UNKNOWN,
    console: UNKNOWN,
    chromium: UNKNOWN,
    loadGenerator: UNKNOWN,
  }
  try {
    return { ...nothing, ...(JSON.parse(readFileSync(FILE, 'utf8')) as Partial<SetupResult>) }
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (isAbsent || error instanceof SyntaxError) return nothing
    throw error
  }
}

/** Keeps what was found; what this set-up did not look for stays as the last one left it. */
export function writeSetupResult(found: Partial<SetupResult>): void {
  mkdirSync(HEARTH, { recursive: true })
  const unfinished = `${FILE}.${process.pid}`
  writeFileSync(unfinished, `${JSON.stringify({ ...readSetupResult(), ...found }, null, 2)}\n`)
  renameSync(unfinished, FILE)
}
