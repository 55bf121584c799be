import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CommandError, findProgram, run } from './command.ts'
import { EngineApi, EngineApiError } from './engine-api.ts'
import { copyFromImage } from './image-files.ts'
import type { Setup } from './setup.ts'
import { HEARTH, type Part } from './setup-result.ts'

const IMAGE = 'redis:7.4-bookworm'
const PULL_DEADLINE_MS = 120_000
const BIN = join(HEARTH, 'bin')
const OWN = join(BIN, 'redis-server')
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
  const copied = await pullServer(setup, engine)
  if (copied) {
    setup.report.made('redis', `${copied} from ${IMAGE}`)
    return { state: 'ready', value: copied }
  }
  const reason = `there is no redis-server, its image cannot be had, and ${obstacle ?? 'redis-tools does not bring it'}; or set REDIS_URL`
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
  mkdirSync(BIN, { recursive: true })
  link(program, OWN)
  // Beside it, as everywhere: who has found the server finds its client.
  link(join(dirname(program), 'redis-cli'), join(BIN, 'redis-cli'))
  return await usable(OWN)
}

function link(program: string, name: string): void {
  rmSync(name, { force: true })
  symlinkSync(program, name)
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
  try {
    if (!(await api.imageId(IMAGE))) {
      const pull = () => api.pull(IMAGE, PULL_DEADLINE_MS)
      await setup.report.busy('redis', `pulling ${IMAGE}`, pull)
    }
    await copyServer(api, IMAGE, HEARTH)
  } catch (error) {
    if (error instanceof EngineApiError || error instanceof CommandError) return undefined
    throw error
  }
  return await usable(OWN)
}

/**
 * Copies the server out of its image, with the libraries and the loader that it was linked for, so
 * that it runs on any Linux as a plain child process. Leaves a `bin/redis-server` in `directory`.
 */
export async function copyServer(api: EngineApi, image: string, directory: string): Promise<void> {
  const [libraries, loader] =
    process.arch === 'arm64'
      ? ['aarch64-linux-gnu', 'ld-linux-aarch64.so.1']
      : ['x86_64-linux-gnu', 'ld-linux-x86-64.so.2']
  const root = join(directory, 'redis-image')
  await copyFromImage(api, { image, path: '/usr/local/bin/redis-server' }, root)
  await copyFromImage(api, { image, path: `/usr/lib/${libraries}` }, root)
  const folder = join(root, libraries)
  const command = `"${join(folder, loader)}" --library-path "${folder}" "${join(root, 'redis-server')}"`
  mkdirSync(join(directory, 'bin'), { recursive: true })
  const program = join(directory, 'bin', 'redis-server')
  rmSync(program, { force: true })
  writeFileSync(program, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 })
}
