import type { Redis } from '../redis/redis.ts'
import { policyOf } from '../redis/redis-policy.ts'
import { type Finding, ok, type Probe, warning } from './check.ts'
import { clockFinding } from './clock.ts'

const REMEDY = 'Check that Redis runs, and that REDIS_URL names it.'

/** What the event queue stands on. */
export function redisProbes(redis: Redis): Probe[] {
  return [
    { name: 'redis', remedy: REMEDY, look: () => answers(redis) },
    ...['maxmemory-policy', 'appendonly', 'appendfsync'].map((name) => ({
      name: `redis ${name}`,
      remedy: REMEDY,
      look: () => policy(redis, name),
    })),
    { name: 'clock of redis', remedy: REMEDY, look: () => clock(redis) },
  ]
}

async function answers(redis: Redis): Promise<Finding> {
  const since = performance.now()
  await redis.ping()
  const ms = (performance.now() - since).toFixed(1)
  const info = await redis.info('server').catch(() => '')
  const [, version = 'that it does not tell'] = /^redis_version:(\S+)/m.exec(info) ?? []
  return ok(`Version ${version}, which answered in ${ms} ms`)
}

async function policy(redis: Redis, name: string): Promise<Finding> {
  // Settings that cannot be read are trusted; a Redis that is away is another matter.
  await redis.ping()
  const one = (await policyOf(redis)).find((setting) => setting.name === name)
  if (one?.found === undefined) return ok('It does not tell, and is trusted')
  if (one.found === one.needed) return ok(`${name} is ${one.found}`)
  return warning(
    `${name} is ${one.found}: ${one.otherwise}`,
    `Set it in the configuration of Redis: ${name} ${one.needed}`,
  )
}

async function clock(redis: Redis): Promise<Finding> {
  const before = Date.now()
  const [seconds, micros] = await redis.time()
  const after = Date.now()
  const theirs = Number(seconds) * 1000 + Number(micros) / 1000
  return clockFinding(theirs - (before + after) / 2, (after - before) / 2, 'Redis')
}
