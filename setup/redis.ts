import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram, run } from './command.ts'
import { EngineApi } from './engine-api.ts'
import type { Setup } from './setup.ts'
import { HEARTH, type Part } from './setup-result.ts'

const IMAGE = 'redis:7.4-bookworm'
const PULL_DEADLINE_MS = 120_000
const OWN = join(HEARTH, 'bin', 'redis-server')
/** The oldest release with the commands that the queue and our scripts use. */
const OLDEST = [6, 2] as const

/** Finds a redis-server for the platform to run as its child; one that REDIS_URL names needs none. */
export async function prepareRedis(setup: Setup, engine: Part): Promise<Part> {
  const path = (await usable('redis-server')) ?? (await usable(OWN))
  if (path) {
    setup.report.found('redis', path)
    return { state: 'ready', value: path }
  }
  if (setup.settings.REDIS_URL) {
    setup.report.found('redis', 'REDIS_URL names one')
    return { state: 'given', value: 'REDIS_URL' }
  }
  const obstacle = await setup.apt.install('redis', ['redis-tools'])
  const installed = obstacle ? undefined : await linkServer()
  if (installed) {
    setup.report.made('redis', `${installed}, installed`)
    return { state: 'ready', value: installed }
  }
  const image = await pullServer(setup, engine)
  if (image) return { state: 'ready', value: `image:${image}` }
  const reason = `there is no redis-server; ${obstacle ?? 'redis-tools does not bring it'}; or set REDIS_URL`
  setup.report.missing('redis', reason)
  return { state: 'missing', reason }
}

/**
 * Debian's redis-tools has the whole server, as redis-check-rdb: it acts by the name it is called
 * by. The package redis-server only adds that name and a system service, which nobody asked for.
 */
async function linkServer(): Promise<string | undefined> {
  const program = await findProgram('redis-check-rdb')
  if (!program) return undefined
  mkdirSync(join(HEARTH, 'bin'), { recursive: true })
  rmSync(OWN, { force: true })
  symlinkSync(program, OWN)
  return await usable(OWN)
}

async function usable(program: string): Promise<string | undefined> {
  const path = program.startsWith('/') ? program : await findProgram(program)
  if (!path || !existsSync(path)) return undefined
  const output = await run([path, '--version'], { deadlineMs: 5000 }).catch(() => '')
  return isRecentEnough(output) ? path : undefined
}

/** Whether `redis-server --version` says a release that the platform works with. */
export function isRecentEnough(output: string): boolean {
  const [, major, minor] = /^(?:Redis|Valkey) server v=(\d+)\.(\d+)/.exec(output) ?? []
  if (!major || !minor) return false
  return Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])
}

async function pullServer(setup: Setup, engine: Part): Promise<string | undefined> {
  if (engine.state === 'missing') return undefined
  const api = new EngineApi(engine.value)
  if (await api.imageId(IMAGE)) {
    setup.report.found('redis', `image ${IMAGE}`)
    return IMAGE
  }
  try {
    await setup.report.busy('redis', `pulling ${IMAGE}`, () => api.pull(IMAGE, PULL_DEADLINE_MS))
  } catch {
    return undefined
  }
  setup.report.made('redis', `image ${IMAGE}`)
  return IMAGE
}
