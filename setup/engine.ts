import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findProgram, run } from './command.ts'
import { EngineApi, LOCAL_ENGINE } from './engine-api.ts'
import type { Setup } from './setup.ts'
import { HEARTH, type Part } from './setup-result.ts'

const START_DEADLINE_MS = 45_000
const LOG = join(HEARTH, 'dockerd.log')

/** Finds the container engine that DOCKER_HOST names or the local one; installs and starts the latter. */
export async function prepareEngine(setup: Setup): Promise<Part> {
  if (setup.settings.SANDBOX_DRIVER === 'process') {
    return without(setup, 'SANDBOX_DRIVER=process needs none')
  }
  const address = setup.settings.DOCKER_HOST ?? LOCAL_ENGINE
  const version = await engineVersion(address)
  if (version) return use(setup, address, version)
  if (setup.settings.DOCKER_HOST) {
    return without(
      setup,
      `nothing answers at DOCKER_HOST=${address}: start that engine, or unset it`,
    )
  }
  if (process.platform !== 'linux') {
    return without(
      setup,
      'sandboxes need a Docker engine on Linux, which sees the sockets of this host',
    )
  }
  const installed = !(await findProgram('dockerd'))
  const obstacle = installed
    ? await setup.apt.install('engine', ['docker.io'], 'recommended')
    : undefined
  if (obstacle) return without(setup, `no engine answers at ${address}; ${obstacle}`)
  const failure = await startEngine(setup)
  if (failure) return without(setup, failure)
  setup.report.made(
    'engine',
    `dockerd ${installed ? 'installed and ' : ''}started; it keeps running`,
  )
  return { state: 'ready', value: address }
}

async function use(setup: Setup, address: string, version: string): Promise<Part> {
  if (process.platform !== 'linux') {
    return without(
      setup,
      `the engine at ${address} cannot see the sockets of this host; Linux is needed`,
    )
  }
  setup.report.found('engine', `Docker ${version} at ${address}`)
  return { state: 'ready', value: address }
}

function without(setup: Setup, reason: string): Part {
  setup.report.missing('engine', reason)
  return { state: 'missing', reason }
}

async function engineVersion(address: string): Promise<string | undefined> {
  return await new EngineApi(address).version().catch(() => undefined)
}

/** Resolves to why the engine is not up, or undefined. */
async function startEngine(setup: Setup): Promise<string | undefined> {
  if (process.getuid?.() !== 0)
    return 'the engine is not running: run "sudo systemctl start docker"'
  return await setup.report.busy('engine', 'starting dockerd', async () => {
    if (existsSync('/run/systemd/system')) {
      await run(['systemctl', 'start', 'docker'], { deadlineMs: START_DEADLINE_MS })
      return (await answers()) ? undefined : 'docker.service runs, but its socket does not answer'
    }
    if (await runDaemon([])) return undefined
    // Kernels without packet filtering cannot give it a bridge, and sandboxes have no network anyway.
    if (await runDaemon(['--bridge=none', '--iptables=false', '--ip6tables=false']))
      return undefined
    return `dockerd does not come up, see ${LOG}: ${lastLine(LOG)}`
  })
}

/** Starts dockerd in a session of its own, so that it outlives this set-up and its terminal. */
async function runDaemon(flags: readonly string[]): Promise<boolean> {
  mkdirSync(HEARTH, { recursive: true })
  const log = openSync(LOG, 'a')
  const daemon = spawn('dockerd', ['--live-restore', ...flags], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  daemon.unref()
  const gone = new Promise<false>((resolve) => {
    daemon.once('exit', () => resolve(false))
    daemon.once('error', () => resolve(false))
  })
  return await Promise.race([gone, answers()])
}

async function answers(): Promise<boolean> {
  const deadline = Date.now() + START_DEADLINE_MS
  while (Date.now() < deadline) {
    if (await engineVersion(LOCAL_ENGINE)) return true
    await wait(200)
  }
  return false
}

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? ''
}
