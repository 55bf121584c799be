import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSecrets, type Secrets } from '../core/process/secrets.ts'
import { freePorts } from './free-ports.ts'
import { buildShim } from './shim.ts'

/** one: the whole platform in one process. services: a gateway and two schedulers. */
export type Topology = 'one' | 'services'

/** What a process of the platform is, whatever its name. */
export type Role = 'gateway' | 'scheduler'

/** Where things are, before anything is started. */
export interface Ground {
  topology: Topology
  /** Root of the source that is tested. */
  tree: string
  directory: string
  secrets: Secrets
  library: string | undefined
  ports: { gateway: number; functions: number; minio: number; schedulers: number[] }
}

export async function layGround(topology: Topology, tree: string): Promise<Ground> {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-chaos-'))
  for (const name of ['logs', 'tmp', 'data']) made(directory, name)
  const [gateway = 0, functions = 0, minio = 0, ...schedulers] = await freePorts(5)
  const ports = { gateway, functions, minio, schedulers }
  const { secrets } = openSecrets(join(directory, 'data', 'secrets.json'))
  const library = await buildShim(directory)
  return { topology, tree, directory, secrets, library, ports }
}

/** The folder, made where it was not there. */
export function made(...path: string[]): string {
  const directory = join(...path)
  mkdirSync(directory, { recursive: true })
  return directory
}
