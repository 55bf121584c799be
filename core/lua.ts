import { readFileSync } from 'node:fs'
import { keys } from './keys.ts'
import { type Redis, redisFailure } from './redis/redis.ts'

/** The scripts in core/lua; each one's contract is on top of its file. */
const SCRIPTS = {
  accept: ['accepting', 'accept'],
  claim: ['finish', 'claim'],
  renew: ['renew'],
  complete: ['finish', 'complete'],
  cancel: ['finish', 'cancel'],
  'fail-waiting': ['finish', 'fail-waiting'],
  'give-turn': ['give-turn'],
  'backlog-page': ['backlog-page'],
  'claims-page': ['claims-page'],
  'expire-page': ['finish', 'expire-page'],
  deliver: ['finish', 'deliver'],
  delivered: ['finish', 'delivered'],
  redrive: ['finish', 'accepting', 'redrive'],
  purge: ['finish', 'purge'],
  'queue-states': ['queue-states'],
  'scan-take': ['scan-take'],
  'scan-save': ['scan-save'],
  'function-create': ['function-create'],
  'function-replace': ['secrets', 'function-replace'],
  'function-delete': ['attachments', 'function-delete'],
  'version-delete': ['attachments', 'version-delete'],
  'attachment-put': ['attachments', 'attachment-put'],
  'attachment-remove': ['attachments', 'attachment-remove'],
  'layer-replace': ['layer-replace'],
  'layer-numbers-raise': ['layer-numbers-raise'],
  'layer-remove': ['layer-remove'],
  'mapping-put': ['mapping-put'],
  'mapping-remove': ['mapping-remove'],
  'journal-add': ['once', 'journal', 'journal-add'],
  'journal-sweep': ['journal', 'journal-sweep'],
  'journal-delete': ['journal', 'journal-delete'],
  'log-append': ['logs', 'log-append'],
  'log-delete': ['logs', 'log-delete'],
  'log-retention': ['logs', 'log-retention'],
  'statistics-add': ['once', 'statistics-add'],
  'usage-add': ['once', 'usage-add'],
  'configuration-read': ['configuration-read'],
  'configuration-write': ['secrets', 'attachments', 'configuration-write'],
  'secret-put': ['secret-put'],
  'secret-remove': ['secret-remove'],
} as const satisfies Record<string, readonly string[]>

export type ScriptName = keyof typeof SCRIPTS
export type ScriptArgument = string | number | Buffer
/** What a script answers: strings come as bytes, since events are bytes. */
export type ScriptReply = Buffer | number | null | ScriptReply[]

export type RunScript = (name: ScriptName, args: ScriptArgument[]) => Promise<ScriptReply>

/** Key prefixes as the scripts know them; they add the function's or bucket's name, or the id. */
const NAMES = {
  FUNCTIONS: keys.functions,
  FUNCTION_NAMES: keys.functionNames,
  FUNCTION_URLS: keys.functionUrls,
  VERSIONS_OF: keys.versionsOf(''),
  ATTACHMENTS_OF: keys.attachmentsOf(''),
  MAPPINGS: keys.eventSourceMappings,
  MAPPING_IDENTITIES: keys.eventSourceIdentities,
  TRIGGERS_OF: keys.triggersOf(''),
  EVENT_TRIGGERS: keys.eventTriggers,
  OBJECT_TRIGGERS: keys.objectTriggers(''),
  LAYER: keys.layer(''),
  LAYER_NAMES: keys.layerNames,
  LAYER_NUMBERS: keys.layerNumbers,
  RULES: keys.rules,
  SCHEDULES: keys.schedules,
  ROLES: keys.roles,
  POLICIES: keys.policies,
  NOTIFIED_BUCKETS: keys.notifiedBuckets,
  PROVISIONED: keys.provisioned,
  EVENT_AGES: keys.eventAges,
  INVOCATION: keys.invocation(''),
  INVOCATIONS_OF: keys.invocationsOf(''),
  INVOCATIONS: keys.invocations,
  READY: keys.ready(''),
  LATER: keys.later(''),
  TURN: keys.turn(''),
  WAKE: keys.wake(''),
  DEDUPE: keys.dedupe(''),
  FINISHED_OF: keys.finishedOf(''),
  CLAIMED: keys.claimed,
  BACKLOGS: keys.backlogs,
  OPEN: keys.open,
  FINISHED: keys.finished,
  DEAD: keys.dead,
  DEAD_OF: keys.deadOf(''),
  DEAD_TARGETS: keys.deadTargets,
  OUTBOX: keys.outbox,
  OUTBOX_OF: keys.outboxOf(''),
  OUTBOX_SERVED: keys.outboxServed,
  PAYLOADS: keys.payloads,
  PAYLOADS_GONE: keys.payloadsGone,
  ON_SUCCESS: keys.onSuccess,
  ON_FAILURE: keys.onFailure,
  TOTALS: keys.totals,
  SECRETS_OF: keys.secretsOf(''),
  SECRET_FUNCTIONS: keys.secretFunctions,
  SECRET_KEY: keys.secretKey,
  LOG: keys.log(''),
  LOG_STATE: keys.logState(''),
  LOG_NEWS: keys.logNews(''),
  LOG_BATCHES: keys.logBatches(''),
  LOG_BYTES: keys.logBytes,
  LOG_DUE: keys.logDue,
  LOG_TOTAL: keys.logTotal,
  LOG_RETENTION: keys.logRetention,
  STATISTICS: keys.statistics(''),
  JOURNAL: keys.journal(''),
  JOURNAL_ROWS: keys.journalRows(''),
  JOURNAL_ENTRIES: keys.journalEntries(''),
  JOURNAL_MARKS: keys.journalMarks(''),
  JOURNAL_BODIES: keys.journalBodies(''),
  JOURNAL_IDS: keys.journalIds(''),
  JOURNALS: keys.journals,
  JOURNAL_TOTALS: keys.journalTotals,
  USAGE: keys.usage(''),
  USAGE_FUNCTIONS: keys.usageFunctions(''),
  WRITER: keys.writer(''),
  OBJECT_SCAN: keys.objectScan(''),
  OBJECT_SCAN_LEASE: keys.objectScanLease(''),
}

/**
 * Makes the scripts known to a client. One call is one round trip; a Redis that lost its scripts
 * gets them again. Calls reject with RedisUnavailable while Redis is away.
 */
export function loadScripts(redis: Redis): RunScript {
  const start = Object.entries(NAMES).map(([name, value]) => `local ${name} = '${value}'`)
  for (const [name, parts] of Object.entries(SCRIPTS)) {
    const lua = [...start, ...['names', ...parts].map(source)].join('\n')
    redis.defineCommand(commandName(name), { numberOfKeys: 0, lua })
  }
  const commands = redis as unknown as Record<
    string,
    (...args: ScriptArgument[]) => Promise<ScriptReply>
  >
  return async (name, args) => {
    try {
      // biome-ignore lint/style/noNonNullAssertion: defined above for every name
      return await commands[`${commandName(name)}Buffer`]!(...args)
    } catch (cause) {
      throw redisFailure(cause)
    }
  }
}

/** What a script of many items could not do for one of them, in Redis's words. */
export function itemFailure(message: string): Error {
  return redisFailure(Object.assign(new Error(message), { name: 'ReplyError' }))
}

function commandName(script: string): string {
  return `hearth:${script}`
}

function source(file: string): string {
  return readFileSync(new URL(`./lua/${file}.lua`, import.meta.url), 'utf8')
}
