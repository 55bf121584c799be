import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { webhookVariables } from '../core/triggers/bucket-notification.ts'
import { type Part, readSetupResult } from '../setup/setup-result.ts'
import type { Ground } from './ground.ts'
import type { ProcessPlan } from './managed-process.ts'
import type { ShimControl } from './shim.ts'

export interface DependencyPlans {
  redis: ProcessPlan
  redisSocket: string
  minio: ProcessPlan
}

/** Redis and MinIO as the platform runs them for itself; Redis's options are those of the tested source. */
export async function dependencyPlans(
  ground: Ground,
  seams: { relayUrl: string; shim: ShimControl | undefined },
): Promise<DependencyPlans> {
  const { directory, tree, secrets, ports } = ground
  const setup = readSetupResult()
  const data = (name: string) => {
    mkdirSync(join(directory, name), { recursive: true })
    return join(directory, name)
  }
  const redisSocket = join(directory, 'redis.sock')
  const source = pathToFileURL(join(tree, 'platform', 'redis-server.ts')).href
  const { serverOptions } = (await import(source)) as typeof import('../platform/redis-server.ts')
  const log = (name: string) => join(directory, 'logs', `${name}.log`)
  const path = '/usr/local/bin:/usr/bin:/bin'
  return {
    redisSocket,
    redis: {
      name: 'redis',
      command: [program(setup.redis), ...serverOptions(data('redis'), redisSocket)],
      cwd: data('redis'),
      environment: { PATH: path, LANG: 'C', ...seams.shim?.environment },
      log: log('redis'),
    },
    minio: {
      name: 'minio',
      command: [
        program(setup.minio),
        'server',
        '--quiet',
        '--address',
        `127.0.0.1:${ports.minio}`,
        data('minio'),
      ],
      cwd: directory,
      environment: {
        PATH: path,
        HOME: directory,
        MINIO_ROOT_USER: secrets.s3AccessKeyId,
        MINIO_ROOT_PASSWORD: secrets.s3SecretAccessKey,
        MINIO_BROWSER: 'off',
        MINIO_UPDATE: 'off',
        ...webhookVariables({
          url: `${seams.relayUrl}/storage/events`,
          token: secrets.webhookToken,
          queueDirectory: data('minio-queue'),
        }),
      },
      log: log('minio'),
    },
  }
}

function program(part: Part): string {
  if (part.state === 'missing') {
    throw new Error(`A program is missing (${part.reason}): run "sh setup/prepare.sh test"`)
  }
  return part.value
}
