import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CommandError, findProgram, run } from './command.ts'
import { EngineApi, EngineApiError } from './engine-api.ts'
import { prepareGo } from './go.ts'
import { copyFromImage } from './image-files.ts'
import { seconds } from './report.ts'
import type { Setup } from './setup.ts'
import { HEARTH, type Part } from './setup-result.ts'

/** The last release of the community server's source; the tag itself is refused by Go's proxy. */
const MODULE = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c'
/** A maintained continuation first, then the last image that MinIO itself published. */
const IMAGES = [
  { image: 'pgsty/silo:RELEASE.2026-09-03T13-18-01Z', paths: ['/usr/bin/minio', '/usr/bin/silo'] },
  { image: 'quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z', paths: ['/usr/bin/minio'] },
] as const
const PULL_DEADLINE_MS = 180_000
const BUILD_DEADLINE_MS = 900_000
const BIN = join(HEARTH, 'bin')
const OWN = join(BIN, 'minio')
const NEW = join(BIN, 'new')

/** Finds a MinIO for the platform to run as its child; with S3_ENDPOINT set it needs none. */
export async function prepareMinio(setup: Setup, engine: Part): Promise<Part> {
  if (setup.settings.S3_ENDPOINT) {
    setup.report.found('object storage', `S3_ENDPOINT=${setup.settings.S3_ENDPOINT}`)
  }
  const path = (await usable(await findProgram('minio'))) ?? (await usable(OWN))
  if (path) {
    setup.report.found('object storage', path)
    return { state: 'ready', value: path }
  }
  if (setup.settings.S3_ENDPOINT) return { state: 'given', value: 'S3_ENDPOINT' }
  const started = Date.now()
  const origin = (await copyServer(setup, engine)) ?? (await build(setup))
  if (typeof origin === 'string') {
    setup.report.made('object storage', `${OWN} from ${origin}, ${seconds(started)}`)
    return { state: 'ready', value: OWN }
  }
  const reason = `MinIO is not there, its image cannot be pulled, and ${origin.reason}; or set S3_ENDPOINT`
  setup.report.missing('object storage', reason)
  return { state: 'missing', reason }
}

async function usable(path: string | undefined): Promise<string | undefined> {
  if (!path || !existsSync(path)) return undefined
  const version = await run([path, '--version'], { deadlineMs: 10_000 }).catch(() => '')
  return /^(minio|silo) version/i.test(version) ? path : undefined
}

/** The server is one static program. Resolves to the image that it was copied from, if there was one. */
async function copyServer(setup: Setup, engine: Part): Promise<string | undefined> {
  if (engine.state === 'missing') return undefined
  const api = new EngineApi(engine.value)
  for (const { image, paths } of IMAGES) {
    if (!(await isPulled(setup, api, image))) continue
    for (const path of paths) if (await copied(api, image, path)) return image
  }
  return undefined
}

async function isPulled(setup: Setup, api: EngineApi, image: string): Promise<boolean> {
  try {
    if (await api.imageId(image)) return true
    const pull = () => api.pull(image, PULL_DEADLINE_MS)
    await setup.report.busy('object storage', `pulling ${image}`, pull)
    return true
  } catch (error) {
    if (error instanceof EngineApiError) return false
    throw error
  }
}

async function copied(api: EngineApi, image: string, path: string): Promise<boolean> {
  try {
    await copyFromImage(api, { image, path }, NEW)
  } catch (error) {
    if (error instanceof EngineApiError || error instanceof CommandError) return false
    throw error
  }
  return await install(join(NEW, basename(path)))
}

/** Resolves to the module that it was built from, or to the reason why it was not. */
async function build(setup: Setup): Promise<string | { reason: string }> {
  const go = await prepareGo(setup, 'object storage')
  if (go.state === 'missing') return { reason: `building it needs Go: ${go.reason}` }
  mkdirSync(NEW, { recursive: true })
  const command = [
    'env',
    `GOBIN=${NEW}`,
    'CGO_ENABLED=0',
    go.value,
    'install',
    '-trimpath',
  ] as const
  try {
    await setup.report.busy('object storage', 'building MinIO with Go (a few minutes, once)', () =>
      run([...command, '-ldflags', '-s -w', MODULE], { deadlineMs: BUILD_DEADLINE_MS }),
    )
  } catch (error) {
    if (error instanceof CommandError) return { reason: `building it failed: ${error.message}` }
    throw error
  }
  return (await install(join(NEW, 'minio'))) ? MODULE : { reason: 'what was built does not run' }
}

async function install(program: string): Promise<boolean> {
  chmodSync(program, 0o755)
  if (!(await usable(program))) return false
  renameSync(program, OWN)
  return true
}
