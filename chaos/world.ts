import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSetupResult } from '../setup/setup-result.ts'
import { ConnectionProxy } from './connection-proxy.ts'
import { dependencyPlans } from './dependency-plans.ts'
import { type Ground, layGround, made, type Role, type Topology } from './ground.ts'
import { Ledger } from './ledger-client.ts'
import { ManagedProcess } from './managed-process.ts'
import { type NodePlan, nodePlans } from './node-plans.ts'
import { ShimControl } from './shim.ts'
import { WebhookRelay } from './webhook-relay.ts'

/** A process that runs the platform's own code, with the faults that are its own. */
export interface PlatformNode {
  process: ManagedProcess
  roles: readonly Role[]
  dataDir: string
  /** Between it and Redis. */
  redis: ConnectionProxy
  /** Undefined where there is no C compiler. */
  shim: ShimControl | undefined
}

export interface World extends Ground {
  url: string
  /** What a caller has to send. */
  headers: Record<string, string>
  ledger: Ledger
  nodes: PlatformNode[]
  redis: {
    process: ManagedProcess
    directory: string
    socket: string
    shim: ShimControl | undefined
  }
  minio: ManagedProcess
  /** Between the platform and its S3 server, and between it and its engine. */
  storage: ConnectionProxy
  engine: ConnectionProxy
  relay: WebhookRelay
  /** What faults have seen that must not be; each is a finding. */
  notes: string[]
}

const READY_MS = 60_000
const ENGINE_SOCKET = '/var/run/docker.sock'

/** Starts the platform from `tree`, on data of its own, with a proxy at each of its seams. */
export async function startWorld(topology: Topology, tree: string): Promise<World> {
  const ground = await layGround(topology, tree)
  const { directory, ports, library } = ground
  const ledger = await Ledger.start(directory)
  const gatewayUrl = `http://127.0.0.1:${ports.gateway}`
  const relay = await WebhookRelay.listen(gatewayUrl)
  const storage = await ConnectionProxy.listen(
    { port: 0, host: '127.0.0.1' },
    { port: ports.minio, host: '127.0.0.1' },
  )
  const engine = await ConnectionProxy.listen(
    { path: join(directory, 'engine.sock') },
    { path: engineSocket() },
  )
  const shim = library ? new ShimControl(library, made(directory, 'redis-faults')) : undefined
  const plans = await dependencyPlans(ground, { relayUrl: relay.url, shim })
  const redis = {
    process: new ManagedProcess(plans.redis),
    directory: plans.redis.cwd,
    socket: plans.redisSocket,
    shim,
  }
  const minio = new ManagedProcess(plans.minio)
  redis.process.start()
  minio.start()
  const seams = { storagePort: storage.port, engineSocket: join(directory, 'engine.sock') }
  const nodes = await Promise.all(
    nodePlans(ground, seams).map((plan) => startNode(ground, plan, plans.redisSocket)),
  )
  const headers: Record<string, string> =
    topology === 'services' ? { authorization: `Bearer ${ground.secrets.apiKey}` } : {}
  const parts = { ledger, nodes, redis, minio, storage, engine, relay, notes: [] }
  const world = { ...ground, url: gatewayUrl, headers, ...parts }
  try {
    await untilReady(world, READY_MS)
  } catch (error) {
    await endWorld(world)
    throw error
  }
  return world
}

/** Resolves when the platform says that it and all that it needs is up. */
export async function untilReady(world: World, ms: number): Promise<void> {
  const deadline = Date.now() + ms
  let last = 'no answer'
  while (Date.now() < deadline) {
    const response = await fetch(`${world.url}/health/ready`, {
      headers: world.headers,
      signal: AbortSignal.timeout(3000),
    }).catch((error: unknown) => String(error))
    last = typeof response === 'string' ? response : await response.text()
    if (typeof response !== 'string' && response.ok) return
    await sleep(100)
  }
  throw new Error(`The platform was not ready within ${ms} ms: ${last} (logs: ${world.directory})`)
}

/** Ends everything, platform first; resolves with the exit codes of the platform's processes. */
export async function endWorld(world: World): Promise<(number | null)[]> {
  const codes = await Promise.all(world.nodes.map(({ process: one }) => one.stop()))
  await Promise.all([world.minio.stop(), world.redis.process.stop()])
  for (const proxy of [world.storage, world.engine, ...world.nodes.map(({ redis }) => redis)]) {
    proxy.close()
  }
  world.relay.close()
  for (const shim of [world.redis.shim, ...world.nodes.map((node) => node.shim)]) shim?.close()
  await world.ledger.stop()
  return codes
}

/** Removes its data and logs. */
export function forgetWorld({ directory }: World): void {
  rmSync(directory, { recursive: true, force: true })
}

async function startNode(ground: Ground, plan: NodePlan, redis: string): Promise<PlatformNode> {
  const { roles, dataDir, redisSocket } = plan
  const shim = ground.library
    ? new ShimControl(ground.library, made(ground.directory, `${plan.name}-faults`))
    : undefined
  const proxy = await ConnectionProxy.listen({ path: redisSocket }, { path: redis })
  const environment = { ...plan.environment, ...shim?.environment }
  const process_ = new ManagedProcess({ ...plan, environment })
  process_.start()
  return { process: process_, roles, dataDir, redis: proxy, shim }
}

function engineSocket(): string {
  const { engine } = readSetupResult()
  const address = engine.state === 'missing' ? '' : engine.value
  return address.startsWith('unix://') ? address.slice('unix://'.length) : ENGINE_SOCKET
}
