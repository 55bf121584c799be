import type { Law } from '../check.ts'
import type { Fault } from '../fault.ts'
import type { Topology } from '../ground.ts'

/** A platform that breaks one of its promises, and the schedule that must notice. */
export interface Mutant {
  name: string
  /** The promise that it breaks. */
  breaks: string
  /** Exact texts of the source, each there once, and what stands in their place. */
  edits: readonly { file: string; search: string; replace: string }[]
  topology: Topology
  faults: readonly Fault[]
  /** Laws of which one at least must be found broken. */
  laws: readonly Law[]
}

const SHORT_LEASE = {
  file: 'core/claim-store.ts',
  search: 'export const LEASE_MS = 30_000',
  replace: 'export const LEASE_MS = 3_000',
}

const fault = (kind: string, atMs: number, lengthMs: number) => ({
  kind,
  atMs,
  lengthMs,
  choice: 0,
})
const killed = [fault('kill-platform', 2000, 500), fault('kill-platform', 6000, 500)]
/** One scheduler after the other, for longer than the short lease and a sweep. */
const frozen = [
  fault('freeze-scheduler', 4000, 10_000),
  { ...fault('freeze-scheduler', 17_000, 10_000), choice: 0.9 },
]

/** The platform's ways to be wrong that the suite is held against. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'acknowledge-before-writing',
    breaks: 'a 202 means: on disk',
    edits: [
      {
        file: 'core/invocation-store.ts',
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
    name: 'answer-webhook-before-writing',
    breaks: 'a 2xx to the webhook means: on disk',
    edits: [
      {
        file: 'gateway/routes/storage-events.ts',
        search: 'for (const record of records) await acceptObject(parts, record)',
        replace: 'for (const record of records) acceptObject(parts, record).catch(() => undefined)',
      },
    ],
    topology: 'one',
    faults: [fault('kill-redis', 3000, 4000)],
    laws: ['missed'],
  },
  {
    name: 'no-deduplication',
    breaks: 'a repeat makes no second invocation',
    edits: [
      {
        file: 'core/lua/accept.lua',
        search: "  if source ~= '' then\n    local made",
        replace: '  if false then\n    local made',
      },
    ],
    topology: 'one',
    faults: [],
    laws: ['double invocation'],
  },
  {
    name: 'faults-use-up-retries',
    breaks: 'faults of the platform use up no retry',
    edits: [
      {
        file: 'core/claim-store.ts',
        search: "lost: 'faults',",
        replace: "lost: 'errors',",
      },
      {
        file: 'core/retry.ts',
        search: "attempt.outcome === 'functionError' &&",
        replace: "attempt.outcome !== 'throttled' &&",
      },
    ],
    topology: 'one',
    faults: killed,
    laws: ['wrong end'],
  },
  {
    name: 'one-retry-too-many',
    breaks: 'a function is tried again as often as it wants',
    edits: [
      {
        file: 'core/retry.ts',
        search: 'attempt.functionErrors >= policy.maximumRetryAttempts',
        replace: 'attempt.functionErrors > policy.maximumRetryAttempts',
      },
    ],
    topology: 'one',
    faults: [],
    laws: ['wrong end'],
  },
  {
    name: 'cancel-what-runs',
    breaks: 'what runs cannot be cancelled',
    edits: [
      {
        file: 'core/lua/cancel.lua',
        search: "if field[1] == 'queued' then",
        replace: "if field[1] == 'queued' or field[1] == 'running' then",
      },
      {
        file: 'core/invocation-store.ts',
        search: "if (state !== 'queued') throw",
        replace: "if (state !== 'queued' && state !== 'running') throw",
      },
    ],
    topology: 'one',
    faults: [],
    laws: ['cancelled'],
  },
  {
    name: 'refuse-poison',
    breaks: 'a webhook that is no event holds up nothing',
    edits: [
      {
        file: 'gateway/routes/storage-events.ts',
        search: 'return reply.code(204).send()',
        replace: 'return reply.code(garbage === undefined ? 204 : 400).send()',
      },
    ],
    topology: 'one',
    faults: [fault('poison-webhooks', 5000, 500)],
    laws: ['noted'],
  },
  {
    name: 'leave-containers',
    breaks: 'nothing is left of a sandbox',
    edits: [
      {
        file: 'scheduler/pool/docker-driver.ts',
        search: 'await this.#engine.remove(containerId)',
        replace: 'if (Math.random() < 0.5) await this.#engine.remove(containerId)',
      },
    ],
    topology: 'one',
    faults: [],
    laws: ['left'],
  },
  {
    name: 'forget-open-bytes',
    breaks: 'what an event took is given back',
    edits: [
      {
        file: 'core/lua/finish.lua',
        search: 'open_bytes = open_bytes - event_bytes',
        replace: "open_bytes = open_bytes - (state == 'failed' and 0 or event_bytes)",
      },
    ],
    topology: 'one',
    faults: [],
    laws: ['left'],
  },
  {
    name: 'drop-expired',
    breaks: 'what is too old ends as expired, and can be looked up',
    edits: [
      {
        file: 'core/lua/finish.lua',
        search: "  redis.call('HSETNX', INVOCATION .. id, 'error',",
        replace: `  if true then
    redis.call('UNLINK', INVOCATION .. id)
    redis.call('ZREM', OPEN, id)
    return
  end
  redis.call('HSETNX', INVOCATION .. id, 'error',`,
      },
    ],
    topology: 'one',
    // Only what calls for a minute sends events that grow too old.
    faults: [fault('delay-engine', 2000, 50_000)],
    laws: ['lost', 'wrong end'],
  },
]
