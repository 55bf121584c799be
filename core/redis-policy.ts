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

/**
 * Says, a sentence each, which settings of a Redis break the promise that nothing accepted is lost.
 * One that does not tell its settings (as some hosted ones) is trusted. Never rejects.
 */
export async function redisWeaknesses(redis: Pick<Redis, 'config'>): Promise<string[]> {
  try {
    const answer = (await redis.config('GET', ...Object.keys(NEEDED))) as string[]
    const set = new Map<string, string>()
    for (let at = 0; at + 1 < answer.length; at += 2)
      set.set(String(answer[at]), String(answer[at + 1]))
    return weaknessesOf(set)
  } catch {
    return []
  }
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
