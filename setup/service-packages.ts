import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { PUBLISHED_BASE } from './base-image.ts'
import { CommandError, run } from './command.ts'
import { EngineApi } from './engine-api.ts'
import { seconds } from './report.ts'
import type { Setup } from './setup.ts'
import { HEARTH, type Part, PROJECT } from './setup-result.ts'

const SERVICE = join(HEARTH, 'service')
/** Not named `service…`: the Dockerfile copies all of that name. */
const LOCK = join(HEARTH, 'lock-of-service')
const DEADLINE_MS = 300_000

/**
 * Packages for the image of docker-compose.yml's services, where its base has no npm to install them
 * itself: that is the case for the base image that was made without a registry. Resolves to why they
 * could not be had, or undefined.
 */
export async function prepareServicePackages(
  setup: Setup,
  engine: Part,
): Promise<string | undefined> {
  if (engine.state === 'missing') return undefined
  if (await new EngineApi(engine.value).imageId(PUBLISHED_BASE)) return undefined
  const lock = createHash('sha256')
    .update(readFileSync(join(PROJECT, 'package-lock.json')))
    .digest('hex')
  if (existsSync(SERVICE) && existsSync(LOCK) && readFileSync(LOCK, 'utf8') === lock) {
    setup.report.found('service image', 'packages in .hearth/service')
    return undefined
  }
  const started = Date.now()
  try {
    await setup.report.busy('service image', 'npm ci of the packages that services need', install)
  } catch (error) {
    if (error instanceof CommandError) return `packages of services: ${error.message}`
    throw error
  }
  writeFileSync(LOCK, lock)
  setup.report.made('service image', `packages in .hearth/service, ${seconds(started)}`)
  return undefined
}

async function install(): Promise<void> {
  const unfinished = join(HEARTH, 'unfinished-service')
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(PROJECT, file), join(unfinished, file))
  }
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'] as const
  await run(['npm', 'ci', ...flags, '--prefix', unfinished], {
    deadlineMs: DEADLINE_MS,
    directory: unfinished,
  })
  const packages = join(unfinished, 'node_modules')
  // The base image has a Node.js of its own.
  for (const name of readdirSync(packages)) {
    if (name.startsWith('node-linux-')) rmSync(join(packages, name), { recursive: true })
  }
  rmSync(join(packages, '.bin', 'node'), { force: true })
  rmSync(SERVICE, { recursive: true, force: true })
  renameSync(unfinished, SERVICE)
}
