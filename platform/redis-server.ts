import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '../core/logs/logger.ts'
import { connectRedis } from '../core/redis/redis.ts'
import { setAsNeeded } from '../core/redis/redis-policy.ts'
import { OwnServer } from './own-server.ts'

/** Kernels take 107 bytes of socket path; some room is left for names that tools derive from it. */
const SOCKET_PATH_BYTES_MAX = 100
/** A large append-only file takes its time to load. */
const START_MS = 600_000
const STOP_MS = 30_000
const PROBE_MS = 1000

export interface RedisServerOptions {
  /** Path of `redis-server`. */
  program: string
  /** Absolute path of the folder for data, process file and log. */
  directory: string
  log: Logger
}

export interface RedisServer {
  /** `unix://` address; no port is opened. */
  url: string
  pid: number | undefined
  stop(): Promise<void>
}

/**
 * Starts the platform's own Redis, or takes up one that outlived a killed platform. Resolves when all
 * data is loaded. What it has answered is on disk, and it never drops data to make room.
 */
export async function startRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  const { program, directory, log } = options
  const socket = socketPath(directory)
  const url = `unix://${socket}`
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const server = await OwnServer.start({
    name: 'redis',
    command: [program, ...serverOptions(directory, socket)],
    environment: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C',
    },
    directory,
    ready: () => isReady(url),
    startMs: START_MS,
    stopMs: STOP_MS,
    log,
  })
  return {
    url,
    get pid() {
      return server.pid
    },
    stop: () => server.stop(),
  }
}

/** What makes it durable: what is answered is on disk, and nothing is dropped to make room. */
export function serverOptions(directory: string, socket: string): string[] {
  const options = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: directory,
    appendonly: 'yes',
    appendfsync: 'always',
    // A rewrite takes a core for a while; from Redis' own 64 MB on there is one every few seconds of load.
    'auto-aof-rewrite-min-size': '256mb',
    'maxmemory-policy': 'noeviction',
    save: '',
    daemonize: 'no',
  }
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
}

/**
 * The socket lies beside the data where the path is short enough, else in a folder of the system's
 * temporary one that the data's path decides, so that a survivor is found there again.
 */
export function socketPath(directory: string): string {
  const beside = join(directory, 'redis.sock')
  if (Buffer.byteLength(beside) <= SOCKET_PATH_BYTES_MAX) return beside
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 16)
  const folder = join(tmpdir(), `hearth-${hash}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid } = lstatSync(folder)
  if (process.getuid && uid !== process.getuid()) {
    throw new Error(
      `Folder "${folder}" belongs to user ${uid}: remove it, or use a shorter DATA_DIR`,
    )
  }
  chmodSync(folder, 0o700)
  return join(folder, 'redis.sock')
}

async function isReady(url: string): Promise<boolean> {
  const redis = await connectRedis(url, PROBE_MS)
  try {
    await setAsNeeded(redis)
  } finally {
    redis.disconnect()
  }
  return true
}
