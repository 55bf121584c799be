import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Logger } from '../core/logs/logger.ts'
import { webhookVariables } from '../core/triggers/bucket-notification.ts'
import type { DataFolder } from './data-folder.ts'
import { OwnServer, type ServerPlan } from './own-server.ts'

const START_MS = 60_000
const STOP_MS = 10_000
const PROBE_MS = 1000

export interface MinioServerOptions {
  /** Path of `minio`. */
  program: string
  folder: DataFolder
  /** Where MinIO reaches the gateway, without a path. */
  gatewayUrl: string
  log: Logger
}

export interface MinioServer {
  endpoint: string
  accessKeyId: string
  secretAccessKey: string
  pid: number | undefined
  stop(): Promise<void>
}

/**
 * Starts the platform's own MinIO on loopback, or takes up one that outlived a killed platform and
 * was started for the same port, gateway and secrets. It knows both webhook targets that buckets
 * report to.
 */
export async function startMinioServer(options: MinioServerOptions): Promise<MinioServer> {
  const { folder } = options
  const port = await keptPort(options)
  const endpoint = `http://127.0.0.1:${port}`
  const server = await OwnServer.start({ ...plan(options, port), ready: () => serves(endpoint) })
  return {
    endpoint,
    accessKeyId: folder.secrets.s3AccessKeyId,
    secretAccessKey: folder.secrets.s3SecretAccessKey,
    get pid() {
      return server.pid
    },
    stop: () => server.stop(),
  }
}

function plan(options: MinioServerOptions, port: number): Omit<ServerPlan, 'ready'> {
  const { program, folder, log } = options
  const address = `127.0.0.1:${port}`
  return {
    name: 'minio',
    command: [
      program,
      '--certs-dir',
      folder.at('minio-server', 'certs'),
      'server',
      '--quiet',
      '--address',
      address,
      folder.at('minio'),
    ],
    environment: environment(options),
    directory: folder.at('minio-server'),
    startMs: START_MS,
    stopMs: STOP_MS,
    log,
  }
}

function environment({ folder, gatewayUrl }: MinioServerOptions): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: folder.at('minio-server'),
    MINIO_ROOT_USER: folder.secrets.s3AccessKeyId,
    MINIO_ROOT_PASSWORD: folder.secrets.s3SecretAccessKey,
    MINIO_BROWSER: 'off',
    MINIO_UPDATE: 'off',
    MINIO_CALLHOME_ENABLE: 'off',
    // A PUT must not wait for the gateway, nor fail with it.
    MINIO_API_SYNC_EVENTS: 'off',
    ...webhookVariables({
      url: `${gatewayUrl}/storage/events`,
      token: folder.secrets.webhookToken,
      queueDirectory: folder.at('minio-queue'),
    }),
  }
}

/**
 * The port that the first start has chosen; another one where a stranger has taken it since. A
 * survivor of ours holds the port, too, and is no stranger.
 */
async function keptPort(options: MinioServerOptions): Promise<number> {
  const { folder } = options
  const kept = folder.facts.minioPort
  if (kept !== undefined) {
    if (OwnServer.survives(plan(options, kept)) || (await freePort(kept)) !== undefined) return kept
  }
  const port = await freePort(0)
  if (port === undefined) throw new Error('No port of 127.0.0.1 is free')
  folder.record({ minioPort: port })
  return port
}

/** The port, if it can be listened on; any free one for 0. */
async function freePort(wanted: number): Promise<number | undefined> {
  const server = createServer()
  try {
    server.listen(wanted, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return address !== null && typeof address === 'object' ? address.port : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined
    throw error
  } finally {
    server.close()
  }
}

/** Before it is initialised it answers 503 to everybody; afterwards 403 to those without a key. */
async function serves(endpoint: string): Promise<boolean> {
  const answer = await fetch(endpoint, { signal: AbortSignal.timeout(PROBE_MS) })
  await answer.body?.cancel()
  return answer.status === 403
}
