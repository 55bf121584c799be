import { fault, type Mutant } from './mutant.ts'

const SHORT_LEASE = {
  file: 'core/invocations/claim-store.ts',
  search: 'export const LEASE_MS = 30_000',
  replace: 'export const LEASE_MS = 3_000',
}

const killed = [fault('kill-platform', 2000, 500), fault('kill-platform', 6000, 500)]
/** One scheduler after the other, for longer than the short lease and a sweep. */
const frozen = [
  fault('freeze-scheduler', 4000, 10_000),
  { ...fault('freeze-scheduler', 17_000, 10_000), choice: 0.9 },
]

/** What is wrong when something was killed, or stood still. */
export const RECOVERY_MUTANTS: readonly Mutant[] = [
  {
    name: 'acknowledge-before-writing',
    breaks: 'a 202 means: on disk',
    edits: [
      {
        file: 'core/invocations/invocation-store.ts',
        search: 'const { outcome, detail, giveTurn } = await this.#accepting.add(record)',
        replace: `const written = this.#accepting.add(record)
    written.then(({ giveTurn }) => giveTurn && this.#turns.hint(functionName, { token: record.token })).catch(() => undefined)
    const { outcome, detail, giveTurn } = { outcome: 'accepted', detail: record.id, giveTurn: false } as Accepted`,
      },
    ],
    topology: 'one',
    faults: [fault('kill-redis', 3000, 3000)],
    laws: ['lost'],
  },
  {
    name: 'sync-every-second',
    breaks: 'a 202 means: on disk',
    edits: [
      {
        file: 'platform/redis-server.ts',
        search: "appendfsync: 'always'",
        replace: "appendfsync: 'everysec'",
      },
    ],
    topology: 'one',
    faults: [fault('cut-power-of-redis', 4000, 500), fault('cut-power-of-redis', 8000, 500)],
    laws: ['lost'],
  },
  {
    name: 'no-fence',
    breaks: 'a result with an old fence is refused',
    edits: [
      SHORT_LEASE,
      {
        file: 'core/lua/complete.lua',
        search: "if field[1] ~= 'running' or field[2] ~= ARGV[at + 2] then",
        replace: "if field[1] ~= 'running' then",
      },
    ],
    topology: 'services',
    faults: frozen,
    laws: ['double result'],
  },
  {
    name: 'result-recorded-twice',
    breaks: 'the result is recorded once',
    edits: [
      SHORT_LEASE,
      {
        file: 'core/lua/complete.lua',
        search: "if field[1] ~= 'running' or field[2] ~= ARGV[at + 2] then",
        replace: 'if not field[1] then',
      },
      {
        file: 'core/lua/complete.lua',
        search: "local attempts = '[' .. field[4]",
        replace: "local attempts = '[' .. (field[4] or now)",
      },
    ],
    topology: 'services',
    faults: frozen,
    laws: ['double result', 'wrong end'],
  },
  {
    name: 'no-sweep-of-claims',
    breaks: 'the claims of a dead scheduler are taken back',
    edits: [
      {
        file: 'scheduler/asynchronous/sweep.ts',
        search: 'await this.#takeBackClaims()',
        replace: 'void this.#takeBackClaims',
      },
    ],
    topology: 'one',
    faults: killed,
    laws: ['lost'],
  },
  {
    name: 'no-sweep-of-turns',
    breaks: 'an event whose turn was lost gets another',
    edits: [
      {
        file: 'scheduler/asynchronous/sweep.ts',
        search: 'await this.#giveTurns()',
        replace: 'void this.#giveTurns',
      },
    ],
    topology: 'one',
    // While the burst is worked on, and nothing new comes for its function.
    faults: [fault('kill-platform', 1500, 500)],
    laws: ['lost'],
  },
  {
    name: 'claim-without-lease',
    breaks: 'a claim is found when its scheduler is dead',
    edits: [
      {
        file: 'core/lua/claim.lua',
        search: "redis.call('ZADD', CLAIMED, now + tonumber(ARGV[4]), id)",
        replace: '',
      },
    ],
    topology: 'one',
    faults: killed,
    laws: ['lost'],
  },
  {
    name: 'faults-use-up-retries',
    breaks: 'faults of the platform use up no retry',
    edits: [
      {
        file: 'core/invocations/claim-store.ts',
        search: "lost: 'faults',",
        replace: "lost: 'errors',",
      },
      {
        file: 'core/invocations/retry.ts',
        search: "attempt.outcome === 'functionError' &&",
        replace: "attempt.outcome !== 'throttled' &&",
      },
    ],
    topology: 'one',
    faults: killed,
    laws: ['wrong end'],
  },
]
