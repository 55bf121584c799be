import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { CommandError, findProgram, run } from './command.ts'
import { EngineApi, EngineApiError } from './engine-api.ts'
import { prepareGo } from './go.ts'
import { seconds } from './report.ts'
import type { Setup } from './setup.ts'
import { HEARTH, type Part } from './setup-result.ts'

/** The last release of the community server's source; the tag itself is refused by Go's proxy. */
const MODULE = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c'
/** A maintained continuation first, then the last image that MinIO itself published. */
const IMAGES = [
  { image: 'pgsty/silo:RELEASE.2026-09-03T13-18-01Z', files: ['/usr/bin/minio', '/usr/bin/silo'] },
  { image: 'quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z', files: ['/usr/bin/minio'] },
] as const
const PULL_DEADLINE_MS = 180_000
const BUILD_DEADLINE_MS = 900_000
const BIN = join(HEARTH, 'bin')
const OWN = join(BIN, 'minio')

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
  const origin = (await copyFromImage(setup, engine)) ?? (await build(setup))
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

/** The server is one static program, so its image is only the vehicle. Resolves to the image. */
async function copyFromImage(setup: Setup, engine: Part): Promise<string | undefined> {
  if (engine.state === 'missing') return undefined
  const api = new EngineApi(engine.value)
  for (const { image, files } of IMAGES) {
    try {
      if (!(await api.imageId(image))) {
        const pull = () => api.pull(image, PULL_DEADLINE_MS)
        await setup.report.busy('object storage', `pulling ${image}`, pull)
      }
    } catch (error) {
      if (error instanceof EngineApiError) continue
      throw error
    }
    for (const file of files) if (await extract(api, image, file)) return image
  }
  return undefined
}

async function extract(api: EngineApi, image: string, file: string): Promise<boolean> {
  mkdirSync(BIN, { recursive: true })
  const archive = new PassThrough()
  try {
    await Promise.all([
      api.readFile(image, file, archive),
      run(['sh', '-c', 'tar -xO > "$1"', 'sh', `${OWN}.new`], {
        deadlineMs: 60_000,
        input: archive,
      }),
    ])
  } catch (error) {
    if (error instanceof EngineApiError || error instanceof CommandError) return false
    throw error
  }
  return await install(`${OWN}.new`)
}

/** Resolves to the module that it was built from, or to the reason why it was not. */
async function build(setup: Setup): Promise<string | { reason: string }> {
  const go = await prepareGo(setup, 'object storage')
  if (go.state === 'missing') return { reason: `building it needs Go: ${go.reason}` }
  mkdirSync(join(BIN, 'new'), { recursive: true })
  const command = [
    'env',
    `GOBIN=${join(BIN, 'new')}`,
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
  return (await install(join(BIN, 'new', 'minio')))
    ? MODULE
    : { reason: 'what was built does not run' }
}

async function install(program: string): Promise<boolean> {
  chmodSync(program, 0o755)
  if (!(await usable(program))) return false
  renameSync(program, OWN)
  return true
}
