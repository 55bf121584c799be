/** Every Redis key is built here. `hearth:` is the platform's; BullMQ's own keys start with `hearth-queue:`. */
const PREFIX = 'hearth'

export const QUEUE_PREFIX = 'hearth-queue'
export const TURN_QUEUE = 'turns'

export const keys = {
  /** String without expiry: the mark by which a data folder knows this Redis again. */
  redisId: `${PREFIX}:redis-id`,

  /** Hash: function name → definition as JSON. */
  functions: `${PREFIX}:functions`,
  /** Sorted set, score 0: function names, for listing in order by pages. */
  functionNames: `${PREFIX}:function-names`,
  /** Hash: number → definition as JSON, of a function's published versions. */
  versionsOf: (functionName: string) => `${PREFIX}:versions:${functionName}`,
  /** Hash: `kind:qualifier` → JSON: what hangs on a function; see core/functions/attachment.ts. */
  attachmentsOf: (functionName: string) => `${PREFIX}:attachments:${functionName}`,
  /** Hash: name → secret as JSON, its value sealed; see core/functions/secret-store.ts. */
  secretsOf: (functionName: string) => `${PREFIX}:secrets:${functionName}`,
  /** Set: functions that have secrets. */
  secretFunctions: `${PREFIX}:secret-functions`,
  /** String: id of the key that new secrets go under; the key itself is in a file. */
  secretKey: `${PREFIX}:secret-key`,
  /** Sorted set, score 0: names of layers. */
  layerNames: `${PREFIX}:layer-names`,
  /** Hash: layer name → number of the version that was published last. */
  layerNumbers: `${PREFIX}:layer-numbers`,
  /** Hash: number → layer version as JSON. */
  layer: (name: string) => `${PREFIX}:layer:${name}`,
  /** Hash: url id → target: a function's name, or `name:alias`. */
  functionUrls: `${PREFIX}:function-urls`,

  /** Set: targets that have provisioned concurrency. */
  provisioned: `${PREFIX}:provisioned`,

  /** Hash: target → greatest age of its events in milliseconds, where it has one of its own. */
  eventAges: `${PREFIX}:event-ages`,

  /** Hash: target → where invocations that succeeded, or did not, are reported to, as JSON. */
  onSuccess: `${PREFIX}:on-success`,
  onFailure: `${PREFIX}:on-failure`,

  /** Hash: one asynchronous invocation, its event included. */
  invocation: (id: string) => `${PREFIX}:invocation:${id}`,
  /** Sorted set by creation time: ids of a function's asynchronous invocations, whatever its qualifier. */
  invocationsOf: (functionName: string) => `${PREFIX}:invocations:${functionName}`,
  /** The same over all functions. */
  invocations: `${PREFIX}:all-invocations`,
  /** List: ids that wait for a claim, oldest first. */
  ready: (functionName: string) => `${PREFIX}:ready:${functionName}`,
  /** Sorted set by due time: ids that wait for their next attempt. */
  later: (functionName: string) => `${PREFIX}:later:${functionName}`,
  /** Sorted set by lease end, over all functions: ids that are claimed. */
  claimed: `${PREFIX}:claimed`,
  /** Set: functions that may have waiting invocations; the sweep walks it. */
  backlogs: `${PREFIX}:backlogs`,
  /** String with expiry: who has the function's turn: `w:token` in the queue, `h:owner|token` held. */
  turn: (functionName: string) => `${PREFIX}:turn:${functionName}`,
  /** String with expiry: when the delayed turn that is on its way for this function comes. */
  wake: (functionName: string) => `${PREFIX}:wake:${functionName}`,
  /**
   * Sorted set by the time at which it is too old, over all functions: ids that are not final, or
   * not reported yet (infinity).
   */
  open: `${PREFIX}:open`,
  /** Sorted set by end time, over all functions: ids of closed invocations, forgotten oldest first. */
  finished: `${PREFIX}:finished`,
  /** The same of one function. */
  finishedOf: (functionName: string) => `${PREFIX}:finished:${functionName}`,
  /** Sorted set by end time, over all functions: ids of dead letters, forgotten oldest first. */
  dead: `${PREFIX}:dead`,
  /** The same of one function. */
  deadOf: (functionName: string) => `${PREFIX}:dead:${functionName}`,
  /** Set: targets that have dead letters, or had some. */
  deadTargets: `${PREFIX}:dead-targets`,
  /** Sorted set by the due time of their first message: functions whose invocations are to be reported. */
  outbox: `${PREFIX}:outbox`,
  /** Sorted set by due time, or lease end: ids of final invocations that are to be reported. */
  outboxOf: (functionName: string) => `${PREFIX}:outbox:${functionName}`,
  /** Hash: function name → when messages of its were taken last, by the clock of Redis. */
  outboxServed: `${PREFIX}:outbox-served`,
  /** String: the folder of this Redis's payloads in a bucket that others may use as well. */
  payloadFolder: `${PREFIX}:payload-folder`,
  /** Set: names of payloads that lie beside a record. */
  payloads: `${PREFIX}:payloads`,
  /** List: names of payloads that no record has any more; the sweep removes them. */
  payloadsGone: `${PREFIX}:payloads-gone`,
  /**
   * Hash: bytes in all: `openBytes` in Redis of what is not closed, `openStored` of its payloads that
   * lie beside, and the same of closed records, `finished…` and `dead…`.
   */
  totals: `${PREFIX}:totals`,
  /** String with expiry: an invocation id that this source has already made. */
  dedupe: (source: string) => `${PREFIX}:dedupe:${source}`,

  /** Hash: uuid → event source mapping as JSON. */
  eventSourceMappings: `${PREFIX}:event-source-mappings`,
  /** Hash: its source and function → uuid of the mapping that has them. */
  eventSourceIdentities: `${PREFIX}:event-source-identities`,

  /** Hash: trigger id → trigger as JSON. */
  triggersOf: (functionName: string) => `${PREFIX}:triggers:${functionName}`,
  /** Hash: trigger id → trigger as JSON, of every event trigger. */
  eventTriggers: `${PREFIX}:event-triggers`,
  /** Hash: trigger id → trigger as JSON, of one bucket's object triggers. */
  objectTriggers: (bucket: string) => `${PREFIX}:object-triggers:${bucket}`,
  /** Set: buckets whose notification names our webhooks, or may. */
  notifiedBuckets: `${PREFIX}:notified-buckets`,
  /** Hash: how far the reconcile scan of a bucket is, its values as JSON; see core/storage/object-scan-store.ts. */
  objectScan: (bucket: string) => `${PREFIX}:object-scan:${bucket}`,
  /** String with expiry: token of the scheduler that scans the bucket. */
  objectScanLease: (bucket: string) => `${PREFIX}:object-scan-lease:${bucket}`,
  /** List, bounded: what the scan found last, as JSON, newest first. */
  objectScanFindings: (bucket: string) => `${PREFIX}:object-scan-findings:${bucket}`,
  /** List, bounded: webhook bodies that were no events. */
  parked: `${PREFIX}:parked-events`,

  /** Hash: name of a rule of EventBridge → rule as JSON; see core/triggers/rule-store.ts. */
  rules: `${PREFIX}:rules`,
  /** Hash: name of a schedule of EventBridge Scheduler → schedule as JSON. */
  schedules: `${PREFIX}:schedules`,

  /** Hash: name of a role of IAM → role as JSON; see core/access/role-store.ts. */
  roles: `${PREFIX}:roles`,
  /** Hash: ARN of a policy of IAM → policy as JSON. */
  policies: `${PREFIX}:policies`,

  /** Stream, bounded: chunks of a function's log, oldest first; see core/lua/logs.lua. */
  log: (functionName: string) => `${PREFIX}:log:${functionName}`,
  /** Hash: how many lines and bytes are in it, what was dropped, and the number of its last line. */
  logState: (functionName: string) => `${PREFIX}:log-state:${functionName}`,
  /** Channel: has a message whenever something was added to it. */
  logNews: (functionName: string) => `${PREFIX}:log-news:${functionName}`,
  /** Hash with expiry: function name → number of the last batch of lines that this writer has added. */
  logBatches: (writerId: string) => `${PREFIX}:log-batches:${writerId}`,
  /** Sorted set by bytes, over all functions: whose log has most. */
  logBytes: `${PREFIX}:log-bytes`,
  /** Sorted set by time, over all functions: when the oldest chunk of a log is too old. */
  logDue: `${PREFIX}:log-due`,
  /** String: bytes of all logs. */
  logTotal: `${PREFIX}:log-total`,
  /** Hash: function name → how long its lines are kept in milliseconds, where it has its own age. */
  logRetention: `${PREFIX}:log-retention`,

  /**
   * Hash with expiry: `period:version:memory:name` → number, of what was seen of a function's
   * invocations; see core/invocations/statistics-store.ts.
   */
  statistics: (functionName: string) => `${PREFIX}:statistics:${functionName}`,
  /**
   * Hash with expiry: hour since 1970 → numbers, of what a function has used on a day (since 1970, in
   * UTC); see core/usage/usage-store.ts.
   */
  usage: (dayAndFunction: string) => `${PREFIX}:usage:${dayAndFunction}`,
  /** Sorted set with expiry, score 0: functions that have used anything on a day. */
  usageFunctions: (day: number | '') => `${PREFIX}:usage-functions:${day}`,
  /** String with expiry: number of the last batch that was taken of a writer; see core/redis/batch-id.ts. */
  writer: (id: string) => `${PREFIX}:writer:${id}`,

  /**
   * The journal of synchronous invocations that have ended: a log for each function, and one over all,
   * whose name is ''; see core/lua/journal.lua.
   * Hash: a log's first and last segment, and what they hold.
   */
  journal: (log: string) => `${PREFIX}:journal:${log}`,
  /** String: 12 bytes of each of a segment's invocations, to filter by; the log and the segment are one name. */
  journalRows: (segment: string) => `${PREFIX}:journal-rows:${segment}`,
  /** List: the same invocations, as JSON; in the log over all, where each of them is. */
  journalEntries: (segment: string) => `${PREFIX}:journal-entries:${segment}`,
  /** Hash: segment of a log → what is in it, as bits, and the second of its first invocation. */
  journalMarks: (log: string) => `${PREFIX}:journal-marks:${log}`,
  /** Hash: place in the segment → event and result as JSON, where the function wants them kept. */
  journalBodies: (segment: string) => `${PREFIX}:journal-bodies:${segment}`,
  /** Hash: invocation id → where it is, of the ids that begin so. */
  journalIds: (start: string) => `${PREFIX}:journal-ids:${start}`,
  /** Sorted set: functions by the time of the last invocation in their oldest segment. */
  journals: `${PREFIX}:journals`,
  /** Hash: `count` and `bytes` of all functions' logs. */
  journalTotals: `${PREFIX}:journal-totals`,

  /** String with expiry: one scheduler's lease, its address in it. */
  node: (nodeId: string) => `${PREFIX}:node:${nodeId}`,
  /** Set: ids of nodes that have or had a lease. */
  nodes: `${PREFIX}:nodes`,
} as const
