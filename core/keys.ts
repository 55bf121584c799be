/** Every Redis key is built here. `hearth:` is the platform's; BullMQ's own keys start with `hearth-queue:`. */
const PREFIX = 'hearth'

export const QUEUE_PREFIX = 'hearth-queue'
export const TURN_QUEUE = 'turns'

export const keys = {
  /** Hash: function name → definition as JSON. */
  functions: `${PREFIX}:functions`,
  /** Sorted set, score 0: function names, for listing in order by pages. */
  functionNames: `${PREFIX}:function-names`,
  /** Hash: url id → function name. */
  functionUrls: `${PREFIX}:function-urls`,

  /** Hash: one asynchronous invocation, its event included. */
  invocation: (id: string) => `${PREFIX}:invocation:${id}`,
  /** Sorted set by creation time: ids of a function's invocations, oldest first. */
  invocationsOf: (functionName: string) => `${PREFIX}:invocations:${functionName}`,
  /** List: ids that wait for a claim, oldest first. */
  ready: (functionName: string) => `${PREFIX}:ready:${functionName}`,
  /** Sorted set by due time: ids that wait for their next attempt. */
  later: (functionName: string) => `${PREFIX}:later:${functionName}`,
  /** Sorted set by lease end, over all functions: ids that are claimed. */
  claimed: `${PREFIX}:claimed`,
  /** Set: functions that may have waiting invocations; the sweep walks it. */
  backlogs: `${PREFIX}:backlogs`,
  /** String with expiry: a turn for this function is in the queue or being taken. */
  turn: (functionName: string) => `${PREFIX}:turn:${functionName}`,
  /** Hash: counters of what is stored in all (`queued`, `bytes`). */
  totals: `${PREFIX}:totals`,
  /** String with expiry: an invocation id that this source has already made. */
  dedupe: (source: string) => `${PREFIX}:dedupe:${source}`,

  /** Hash: trigger id → trigger as JSON. */
  triggersOf: (functionName: string) => `${PREFIX}:triggers:${functionName}`,
  /** Hash: trigger id → trigger as JSON, of every event trigger. */
  eventTriggers: `${PREFIX}:event-triggers`,
  /** Hash: trigger id → trigger as JSON, of one bucket's object triggers. */
  objectTriggers: (bucket: string) => `${PREFIX}:object-triggers:${bucket}`,
  /** List, bounded: webhook bodies that were no events. */
  parked: `${PREFIX}:parked-events`,

  /** List, bounded: a function's last log lines as JSON, oldest first. */
  logs: (functionName: string) => `${PREFIX}:logs:${functionName}`,

  /** String with expiry: one scheduler's lease, its address in it. */
  node: (nodeId: string) => `${PREFIX}:node:${nodeId}`,
  /** Set: ids of nodes that have or had a lease. */
  nodes: `${PREFIX}:nodes`,
} as const
