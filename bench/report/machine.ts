import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { arch, cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Docker from 'dockerode'
import { PROJECT, readSetupResult } from '../../setup/setup-result.ts'

const run = promisify(execFile)
const PACKAGES = ['fastify', 'bullmq']

/** What the figures were measured on, and with. */
export interface Machine {
  cpu: string
  memory: string
  versions: Record<string, string>
  /** Load average of the last minute before the first measurement. */
  load: number
}

export async function readMachine(): Promise<Machine> {
  const processors = cpus()
  const versions: Record<string, string> = { Linux: release(), Node: process.versions.node }
  versions.Docker = (await new Docker().version()).Version
  const { redis, loadGenerator } = readSetupResult()
  if (redis.state === 'ready') versions.Redis = await versionOf(redis.value, /v=([\d.]+)/)
  if (loadGenerator.state === 'ready') {
    versions.wrk = await versionOf(loadGenerator.value, /wrk \D*([\d.]+)/)
  }
  for (const name of PACKAGES) versions[name] = await packageVersion(name)
  return {
    cpu: `${processors.length} × ${processors[0]?.model} (${arch()})`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions,
    load: loadavg()[0] ?? Number.NaN,
  }
}

export function machineLine({ cpu, memory, versions, load }: Machine): string {
  const all = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [cpu, memory, ...all, `load before ${load.toFixed(1)}`].join(', ')
}

/** wrk says its version beside its usage, and ends with 1. */
async function versionOf(program: string, pattern: RegExp): Promise<string> {
  const said = await run(program, ['--version']).catch((error: { stdout?: string }) => ({
    stdout: error.stdout ?? '',
  }))
  return pattern.exec(said.stdout)?.[1] ?? 'of an unknown version'
}

async function packageVersion(name: string): Promise<string> {
  const file = join(PROJECT, 'node_modules', name, 'package.json')
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version
}
