import { fault, type Mutant } from './mutant.ts'

const NO_SCAN = {
  file: 'scheduler/objects/object-scan.ts',
  search: 'await this.#round()',
  replace: 'void this.#round',
}

/** What is wrong with no fault at all, or a mild one. */
export const PROMISE_MUTANTS: readonly Mutant[] = [
  {
    name: 'answer-webhook-before-writing',
    breaks: 'a 2xx to the webhook means: on disk',
    edits: [
      NO_SCAN,
      {
        file: 'gateway/routes/storage-events.ts',
        search:
          'if (await acceptObject(parts, record)) parts.webhookLag.add(record.raw.eventTime, now)',
        replace: 'acceptObject(parts, record).catch(() => undefined)',
      },
    ],
    topology: 'one',
    faults: [fault('kill-redis', 3000, 4000)],
    laws: ['missed'],
  },
  {
    name: 'no-scan',
    breaks: 'an object that no webhook reports is found',
    edits: [NO_SCAN],
    topology: 'one',
    faults: [fault('swallow-webhooks', 3000, 4000)],
    laws: ['missed'],
  },
  {
    name: 'journal-forgets-what-it-took',
    breaks: 'what is sent to the journal again is there once',
    edits: [
      {
        file: 'core/lua/journal-add.lua',
        search: 'if was_taken(ARGV[1], ARGV[2], ARGV[3]) then',
        replace: 'if false then',
      },
    ],
    topology: 'one',
    faults: [fault('freeze-redis', 3000, 4000)],
    laws: ['journal'],
  },
  {
    name: 'no-deduplication',
    breaks: 'a repeat makes no second invocation',
    edits: [
      {
        file: 'core/lua/accepting.lua',
        search: "  if source ~= '' then\n    local made",
        replace: '  if false then\n    local made',
      },
    ],
    topology: 'one',
    faults: [],
    laws: ['double invocation'],
  },
  {
    name: 'one-retry-too-many',
    breaks: 'a function is tried again as often as it wants',
    edits: [
      {
        file: 'core/invocations/retry.ts',
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
        file: 'core/invocations/invocation-store.ts',
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
        search: "redis.call('HSET', record, 'state', state, 'ended', now, ...)",
        replace: `if state == 'failed' then add(open_change, size_of(record), 1) end
  redis.call('HSET', record, 'state', state, 'ended', now, ...)`,
      },
    ],
    topology: 'one',
    faults: [],
    laws: ['left'],
  },
  {
    name: 'skip-outbox',
    breaks: 'an end is reported to its destination',
    edits: [
      {
        file: 'core/lua/finish.lua',
        search: '  if not to then',
        replace: "  if not to or state == 'failed' then",
      },
    ],
    topology: 'one',
    faults: [],
    laws: ['undelivered'],
  },
  {
    name: 'another-message-id',
    breaks: 'a message has one id, however often it is delivered',
    edits: [
      {
        // As a delivery whose end was not recorded.
        file: 'scheduler/destinations/outbox.ts',
        search: 'await withDeadline(DELIVERY_MS_MAX, what,',
        replace: 'for (const _ of [1, 2]) await withDeadline(DELIVERY_MS_MAX, what,',
      },
      {
        file: 'scheduler/destinations/signed-request.ts',
        search: "'webhook-id': id,",
        replace: "'webhook-id': id + Math.random(),",
      },
    ],
    topology: 'one',
    faults: [],
    laws: ['second message'],
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
