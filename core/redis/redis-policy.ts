import { CannotStart } from '../process/start-failure.ts'
import type { Redis } from './redis.ts'

/** What a Redis must be set to, and what happens while it is not. */
const NEEDED: Readonly<Record<string, { value: string; otherwise: string }>> = {
  'maxmemory-policy': {
    value: 'noeviction',
    otherwise: 'when its memory is full it drops functions and events that were accepted',
  },
  appendonly: {
    value: 'yes',
    otherwise: 'when it ends or crashes, functions and accepted events are lost',
  },
  appendfsync: {
    value: 'always',
    otherwise: 'when its machine crashes, what was accepted in the last moments is lost',
  },
}

/** `ZRANGE` by score and by name, in the scripts. BullMQ itself asks for as much. */
const VERSION_MIN = '6.2'

/**
 * Looks whether a Redis can keep what the platform promises. Gives back, a sentence each, which
 * settings can lose what was accepted when something ends or crashes: its owner may have chosen that.
 * Throws CannotStart for one that is too old, that is a cluster, or that drops data while all is
 * well. One that does not tell (as some hosted ones) is trusted.
 */
export async function checkRedis(redis: Pick<Redis, 'config' | 'info'>): Promise<string[]> {
  refuseUnfit(await infoOf(redis))
  const settings = await settingsOf(redis, ['maxmemory', ...Object.keys(NEEDED)])
  const weaknesses = weaknessesOf(settings)
  const policy = settings.get('maxmemory-policy') ?? 'noeviction'
  const isBounded = Number(settings.get('maxmemory') ?? 0) > 0
  if (policy !== 'noeviction' && isBounded) throw new CannotStart(weaknesses[0])
  return weaknesses
}

/** A setting that matters, and what happens where it is otherwise; `found` is undefined where Redis does not tell. */
export interface PolicySetting {
  name: string
  found: string | undefined
  needed: string
  otherwise: string
}

export async function policyOf(redis: Pick<Redis, 'config'>): Promise<PolicySetting[]> {
  const found = await settingsOf(redis, Object.keys(NEEDED))
  return Object.entries(NEEDED).map(([name, { value, otherwise }]) => ({
    name,
    found: found.get(name),
    needed: value,
    otherwise,
  }))
}

/** Sets what the platform's own Redis was started with: one that is taken up may be older, or changed. */
export async function setAsNeeded(redis: Pick<Redis, 'config'>): Promise<void> {
  for (const [name, { value }] of Object.entries(NEEDED)) await redis.config('SET', name, value)
}

function refuseUnfit(info: ReadonlyMap<string, string>): void {
  const version = info.get('redis_version')
  if (version !== undefined && isOlder(version, VERSION_MIN)) {
    throw new CannotStart(
      `Redis has version ${version}, which lacks commands that are needed. Use ${VERSION_MIN} or newer: install it, or name it in REDIS_URL.`,
    )
  }
  if (info.get('redis_mode') === 'cluster') {
    throw new CannotStart(
      'Redis is a cluster, whose scripts cannot reach keys of several nodes. Name a single Redis in REDIS_URL; it may have replicas.',
    )
  }
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [majorMin = 0, minorMin = 0] = than.split('.').map(Number)
  return major < majorMin || (major === majorMin && minor < minorMin)
}

async function infoOf(redis: Pick<Redis, 'info'>): Promise<Map<string, string>> {
  const text = await redis.info('server').catch(() => '')
  return new Map(
    text.split(/\r?\n/).map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1)]
    }),
  )
}

/** One at a time: only Redis 7 takes several names at once. */
async function settingsOf(
  redis: Pick<Redis, 'config'>,
  names: readonly string[],
): Promise<Map<string, string>> {
  const settings = new Map<string, string>()
  for (const name of names) {
    const answer = await redis.config('GET', name).catch(() => [])
    const [, value] = answer as string[]
    if (value !== undefined) settings.set(name, value)
  }
  return settings
}

/** Without an append-only file there is nothing to sync: one sentence for both. */
function weaknessesOf(set: ReadonlyMap<string, string>): string[] {
  const wrong = Object.entries(NEEDED).filter(([name, { value }]) => {
    if (name === 'appendfsync' && set.get('appendonly') === 'no') return false
    return set.has(name) && set.get(name) !== value
  })
  return wrong.map(
    ([name, { value, otherwise }]) =>
      `Redis has ${name} ${set.get(name)}: ${otherwise}. Set it to: ${name} ${value}`,
  )
}
