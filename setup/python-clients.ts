import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError, findProgram, run } from './command.ts'
import { seconds } from './report.ts'
import type { Setup } from './setup.ts'
import { HEARTH, type Part } from './setup-result.ts'

const PACKAGES = join(import.meta.dirname, 'python-packages.txt')
const FOLDER = join(HEARTH, 'python')
const BIN = join(FOLDER, 'bin')
/** Written last: an installation that was broken off does not count as done. */
const STAMP = join(FOLDER, 'installed.txt')
const PROGRAMS = ['python', 'aws'] as const
const MAKE_DEADLINE_MS = 60_000
const INSTALL_DEADLINE_MS = 300_000

/** Finds or makes a virtual environment with boto3 and the aws command line: real clients for the tests. */
export async function preparePythonClients(setup: Setup): Promise<Part> {
  if (isInstalled()) {
    setup.report.found('python clients', BIN)
    return { state: 'ready', value: BIN }
  }
  const started = Date.now()
  const failure = await install(setup)
  if (failure === undefined) {
    setup.report.made('python clients', `${BIN}, ${seconds(started)}`)
    return { state: 'ready', value: BIN }
  }
  setup.report.missing('python clients', `${failure}: the tests of boto3 and aws will be SKIPPED`)
  return { state: 'missing', reason: failure }
}

/** A Python that was removed since leaves links behind which lead nowhere. */
function isInstalled(): boolean {
  if (!PROGRAMS.every((program) => existsSync(join(BIN, program)))) return false
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === installation()
}

/** Programs of a virtual environment name its folder: one that was moved or copied does not run. */
function installation(): string {
  return `${FOLDER}\n${readFileSync(PACKAGES, 'utf8')}`
}

/** Resolves to why it was not installed, or undefined. */
async function install(setup: Setup): Promise<string | undefined> {
  rmSync(FOLDER, { recursive: true, force: true })
  const failure = await makeEnvironment(setup)
  if (failure) return failure
  try {
    await setup.report.busy('python clients', 'pip install awscli boto3', () =>
      run([join(BIN, 'python'), '-m', 'pip', 'install', '-q', '--no-input', '-r', PACKAGES], {
        deadlineMs: INSTALL_DEADLINE_MS,
      }),
    )
  } catch (error) {
    if (error instanceof CommandError) return `its packages cannot be had: ${error.message}`
    throw error
  }
  writeFileSync(STAMP, installation())
  return isInstalled() ? undefined : 'its packages bring no "aws"'
}

/** Debian packs what makes environments apart from Python itself. */
async function makeEnvironment(setup: Setup): Promise<string | undefined> {
  if (await environmentIsMade()) return undefined
  const obstacle = await setup.apt.install('python clients', ['python3', 'python3-venv'])
  if (obstacle) return `there is no python3 with venv, and ${obstacle}`
  return (await environmentIsMade()) ? undefined : 'python3 makes no virtual environment here'
}

async function environmentIsMade(): Promise<boolean> {
  const python = await findProgram('python3')
  if (!python) return false
  try {
    await run([python, '-m', 'venv', '--clear', FOLDER], { deadlineMs: MAKE_DEADLINE_MS })
    return true
  } catch (error) {
    if (error instanceof CommandError) return false
    throw error
  }
}
