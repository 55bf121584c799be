import type { SetupResult } from './setup-result.ts'

const GOALS = ['start', 'test', 'bench', 'sandbox-image'] as const

/** What is prepared for: the platform, its tests, its bench, or the sandbox image alone (docker compose). */
export type Goal = (typeof GOALS)[number]

export function isGoal(word: string | undefined): word is Goal {
  return (GOALS as readonly (string | undefined)[]).includes(word)
}

const TITLES: Record<keyof SetupResult, string> = {
  engine: 'engine',
  redis: 'redis',
  minio: 'object storage',
  sandboxImage: 'sandbox image',
  compose: 'compose',
  postgres: 'postgres',
  pythonClients: 'python clients',
  terraform: 'terraform',
  terraformProviders: 'terraform providers',
  console: 'console',
  chromium: 'chromium',
  loadGenerator: 'load generator',
}

/** Other people's clients: nothing of the platform rests on them, and not every machine can have them. */
const CLIENTS: readonly (keyof SetupResult)[] = [
  'pythonClients',
  'terraform',
  'terraformProviders',
  'chromium',
]

const NAMES = (Object.keys(TITLES) as (keyof SetupResult)[]).filter(
  (name) => !CLIENTS.includes(name),
)

/** With an engine there must be an image: isolation is not given up because a build failed. */
const toRun = ({ engine }: Partial<SetupResult>): (keyof SetupResult)[] =>
  engine?.state === 'missing' ? ['redis'] : ['redis', 'sandboxImage']

const NEEDED: Record<Goal, (found: Partial<SetupResult>) => (keyof SetupResult)[]> = {
  start: toRun,
  test: toRun,
  bench: (found) => [...toRun(found), 'engine', 'loadGenerator'],
  'sandbox-image': () => ['engine', 'sandboxImage'],
}

/**
 * Whether the goal can be pursued with what was found. Without an engine the platform still starts,
 * on the process driver; without a Redis it does not. `strict` takes nothing missing but clients.
 */
export function verdict(
  goal: Goal,
  found: Partial<SetupResult>,
  strict: boolean,
): { code: number; reasons: string[] } {
  const needed = strict ? NAMES : NEEDED[goal](found)
  const reasons = needed.flatMap((name) => {
    const part = found[name]
    return part?.state === 'missing' ? [`${TITLES[name]}: ${part.reason}`] : []
  })
  return { code: reasons.length > 0 ? 1 : 0, reasons }
}
