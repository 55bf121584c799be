import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError, findProgram, run } from './command.ts'
import { EngineApi, EngineApiError } from './engine-api.ts'
import { seconds } from './report.ts'
import type { Setup } from './setup.ts'
import { HEARTH, type Part } from './setup-result.ts'
import { tarOf } from './tar-of.ts'

/** Debian with Node.js 24, curl and the usual certificates; sandboxes and services are built on it. */
export const BASE_IMAGE = 'hearth-base:node24'
/** What it is made from where a registry can be reached; this one has npm. */
export const PUBLISHED_BASE = 'node:24-bookworm-slim'
const PULL_DEADLINE_MS = 180_000
const BUILD_DEADLINE_MS = 180_000
const BOOTSTRAP_DEADLINE_MS = 300_000

/** Finds the base image, or makes it: from the published one, else from Debian's packages alone. */
export async function prepareBaseImage(setup: Setup, engine: Part): Promise<Part> {
  if (engine.state === 'missing') return without(setup, 'there is no engine')
  const api = new EngineApi(engine.value)
  if (await api.imageId(BASE_IMAGE)) {
    setup.report.found('base image', BASE_IMAGE)
    return { state: 'ready', value: BASE_IMAGE }
  }
  const started = Date.now()
  const notPulled = await attempt(() => extendPublished(setup, api))
  if (!notPulled) return made(setup, PUBLISHED_BASE, started)
  const notMade = await bootstrap(setup, api)
  if (!notMade) return made(setup, 'debootstrap', started)
  return without(setup, `${PUBLISHED_BASE} cannot be had (${notPulled}); ${notMade}`)
}

function made(setup: Setup, origin: string, started: number): Part {
  setup.report.made('base image', `${BASE_IMAGE} from ${origin}, ${seconds(started)}`)
  return { state: 'ready', value: BASE_IMAGE }
}

function without(setup: Setup, reason: string): Part {
  setup.report.missing('base image', reason)
  return { state: 'missing', reason }
}

/** Resolves to why it did not work, or undefined. */
async function attempt(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof EngineApiError || error instanceof CommandError) return error.message
    throw error
  }
}

/** The published image has neither curl nor certificates. */
async function extendPublished(setup: Setup, api: EngineApi): Promise<void> {
  if (!(await api.imageId(PUBLISHED_BASE))) {
    const pull = () => api.pull(PUBLISHED_BASE, PULL_DEADLINE_MS)
    await setup.report.busy('base image', `pulling ${PUBLISHED_BASE}`, pull)
  }
  const context = join(HEARTH, 'base-image')
  mkdirSync(context, { recursive: true })
  const install = 'apt-get install -y --no-install-recommends ca-certificates curl'
  const clean = 'rm -rf /var/lib/apt/lists/*'
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM ${PUBLISHED_BASE}\nRUN apt-get update && ${install} && ${clean}\n`,
  )
  await setup.report.busy('base image', 'adding curl and certificates', () =>
    api.build(tarOf(context), {
      tags: [BASE_IMAGE],
      arguments: {},
      network: 'host',
      deadlineMs: BUILD_DEADLINE_MS,
    }),
  )
}

/** Resolves to why it did not work, or undefined. */
async function bootstrap(setup: Setup, api: EngineApi): Promise<string | undefined> {
  if (!(await findProgram('debootstrap'))) {
    const packages = ['debootstrap', 'gpgv', 'debian-archive-keyring']
    const obstacle = await setup.apt.install('base image', packages)
    if (obstacle) return `debootstrap is missing, and ${obstacle}`
  }
  if (process.getuid?.() !== 0) return 'debootstrap needs root'
  const root = join(HEARTH, 'base-root')
  return await attempt(async () => {
    try {
      await setup.report.busy('base image', 'debootstrap (about half a minute, once)', () =>
        installDebian(root),
      )
      copyFileSync(process.execPath, join(root, 'usr/local/bin/node'))
      const files = spawn('tar', ['-C', root, '--numeric-owner', '-c', '.'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      await setup.report.busy('base image', 'docker import', () =>
        api.importImage(BASE_IMAGE, files.stdout),
      )
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })
}

async function installDebian(root: string): Promise<void> {
  rmSync(root, { recursive: true, force: true })
  const options = ['--variant=minbase', '--include=ca-certificates,curl', 'bookworm', root]
  await run(['debootstrap', ...options], { deadlineMs: BOOTSTRAP_DEADLINE_MS })
  for (const waste of ['var/cache/apt', 'var/lib/apt/lists', 'var/log', 'usr/share/doc']) {
    rmSync(join(root, waste), { recursive: true, force: true })
    mkdirSync(join(root, waste), { recursive: true })
  }
}
