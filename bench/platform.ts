import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerProcess, startPrinting } from './server-process.ts'

const WAIT_MS = 180_000
const ROOT = join(import.meta.dirname, '..')
const MAIN = join(ROOT, 'platform', 'main.ts')
const COMPILE_CACHE = join(ROOT, '.hearth', 'compile-cache')

/** A platform of the bench's own: fresh data, defaults, its own port. */
export interface MeasuredPlatform extends ServerProcess {
  url: string
  dataDir: string
}

/** The settings are the defaults, but for those that are named. `under` is what its program runs under. */
export async function startMeasured(
  environment: Record<string, string> = {},
  under: readonly string[] = [],
): Promise<MeasuredPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
  const platform = await startOn(dataDir, environment, under)
  return {
    ...platform,
    async stop() {
      await platform.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** A platform on a folder that stays when it stops. */
export async function startOn(
  dataDir: string,
  environment: Record<string, string> = {},
  under: readonly string[] = [],
): Promise<MeasuredPlatform> {
  const platform = await startPrinting({
    // As `npm start` and the image have it.
    command: [...under, process.execPath, '--max-semi-space-size=8', MAIN],
    environment: {
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      PORT: '0',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      ...environment,
    },
  })
  await until('the platform is ready', async () => {
    // It does not listen yet: asked again until the deadline.
    const response = await fetch(`${platform.url}/health/ready`).catch(() => undefined)
    return response?.ok ?? false
  })
  return { ...platform, dataDir }
}

/** Runs what needs a platform of its own, with these settings. */
export async function withPlatform<T>(
  environment: Record<string, string>,
  use: (platform: MeasuredPlatform) => Promise<T>,
): Promise<T> {
  const platform = await startMeasured(environment)
  try {
    return await use(platform)
  } finally {
    await platform.stop()
  }
}

export async function request<T>(url: string, method: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(30_000),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`Waited too long until ${what}`)
    await sleep(20)
  }
}

interface Ready {
  dependencies: { scheduler: { sandboxes: { generic: number; starting: number } } }
}

/** Until so many generic sandboxes wait and none starts: a start beside what is measured would take its cores. */
export async function atRest({ url }: MeasuredPlatform, generics = GENERICS): Promise<void> {
  await until('the pool is full and at rest', async () => {
    const { dependencies } = await request<Ready>(`${url}/health/ready`, 'GET')
    const { generic, starting } = dependencies.scheduler.sandboxes
    return generic === generics && starting === 0
  })
}

/** POOL_GENERIC's default. */
export const GENERICS = 4
