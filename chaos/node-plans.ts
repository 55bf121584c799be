import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readSetupResult } from '../setup/setup-result.ts'
import type { Ground, Role } from './ground.ts'
import type { ProcessPlan } from './managed-process.ts'

/** A process of the platform, and where it expects Redis: there a proxy is to listen. */
export interface NodePlan extends ProcessPlan {
  roles: readonly Role[]
  dataDir: string
  redisSocket: string
}

/** Short waits, few sandboxes: a schedule is to see many ends in little time, on two cores. */
const SETTINGS = {
  POOL_GENERIC: '3',
  POOL_MAX: '24',
  IDLE_SECONDS: '6',
  RETRY_DELAY_SECONDS: '1',
  DRAIN_SECONDS: '8',
  // Webhooks get half of it before an object counts as not reported.
  SCAN_INTERVAL_SECONDS: '6',
  LOG_LEVEL: 'info',
}

export function nodePlans(
  ground: Ground,
  seams: { storagePort: number; engineSocket: string },
): NodePlan[] {
  const { topology, directory, secrets, ports, tree } = ground
  const common = {
    ...SETTINGS,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C',
    HOME: directory,
    TMPDIR: join(directory, 'tmp'),
    // As `npm start` and the image have it.
    NODE_COMPILE_CACHE: join(tree, '.hearth', 'compile-cache'),
    S3_ENDPOINT: `http://127.0.0.1:${seams.storagePort}`,
    S3_ACCESS_KEY_ID: secrets.s3AccessKeyId,
    S3_SECRET_ACCESS_KEY: secrets.s3SecretAccessKey,
    DOCKER_HOST: `unix://${seams.engineSocket}`,
    SANDBOX_DRIVER: 'docker',
    SECRETS_FILE: join(directory, 'data', 'secrets.json'),
    GATEWAY_URL: `http://127.0.0.1:${ports.gateway}`,
    HOST: '127.0.0.1',
    PORT: String(ports.gateway),
    FUNCTIONS_URL: `tcp://127.0.0.1:${ports.functions}`,
  }
  const plan = (name: string, what: Pick<NodePlan, 'roles'> & { main: string; more?: object }) => {
    const dataDir = join(directory, what.roles.length > 1 ? 'data' : `data-${name}`)
    mkdirSync(dataDir, { recursive: true })
    const redisSocket = join(directory, `redis-${name}.sock`)
    // The inspector is how its event loop gets blocked.
    const command = [process.execPath, '--inspect=127.0.0.1:0', what.main] as const
    const own = { DATA_DIR: dataDir, REDIS_URL: `unix://${redisSocket}`, ...what.more }
    const environment = { ...common, ...own }
    const log = join(directory, 'logs', `${name}.log`)
    return { name, command, cwd: tree, environment, log, roles: what.roles, dataDir, redisSocket }
  }
  if (topology === 'one') {
    return [plan('platform', { main: 'platform/main.ts', roles: ['gateway', 'scheduler'] })]
  }
  const services = { CODE_STORE: 's3', SANDBOX_IMAGE: sandboxImage() }
  return [
    plan('gateway', { main: 'gateway/main.ts', roles: ['gateway'], more: services }),
    ...ports.schedulers.map((port, index) =>
      plan(`scheduler-${index + 1}`, {
        main: 'scheduler/main.ts',
        roles: ['scheduler'],
        more: { ...services, SCHEDULER_URL: `tcp://127.0.0.1:${port}` },
      }),
    ),
  ]
}

function sandboxImage(): string {
  const { sandboxImage: image } = readSetupResult()
  if (image.state === 'missing') throw new Error('The sandbox image is missing: run the set-up')
  return image.value
}
