import { type Static, Type } from 'typebox'
import { Timings } from './timings.ts'

/**
 * queued: waits for its turn or its next attempt. running: claimed by a scheduler.
 * succeeded, failed: the handler's last word. expired: grew too old before an attempt could end.
 * cancelled: taken back while it was queued.
 */
export const InvocationState = Type.Enum([
  'queued',
  'running',
  'succeeded',
  'failed',
  'expired',
  'cancelled',
])
export type InvocationState = Static<typeof InvocationState>

export const FINAL_STATES: readonly InvocationState[] = [
  'succeeded',
  'failed',
  'expired',
  'cancelled',
]

export const CAUSE_KINDS = [
  'request',
  'url',
  'object',
  'schedule',
  'event',
  'destination',
  'redrive',
  'replay',
] as const

/**
 * What made an invocation: a caller, by the API or by the function's own address (url), a trigger named
 * by its id, the destination of another invocation, or a caller who wanted a failed one to run again
 * (redrive), or any one (replay).
 */
export const Cause = Type.Object({
  kind: Type.Enum(CAUSE_KINDS),
  triggerId: Type.Optional(Type.String()),
  /**
   * Object: `bucket/key`. Schedule: the fire time. Event: the CloudEvent's id. Destination, redrive
   * and replay: the id of the invocation before.
   */
  detail: Type.Optional(Type.String()),
  /** How many invocations stand behind this one, each caused by the one before; absent: none. */
  depth: Type.Optional(Type.Integer()),
  /** By W3C's Trace Context: the place in a trace that its request belonged to. */
  traceparent: Type.Optional(Type.String()),
})
export type Cause = Static<typeof Cause>

export const FunctionErrorShape = Type.Object({
  errorType: Type.String(),
  errorMessage: Type.String(),
  trace: Type.Optional(Type.Array(Type.String())),
})

/**
 * succeeded, functionError: the handler's. platformFault: ours, uses up no retry. throttled: no
 * room. lost: its scheduler died or went silent. refused: the request itself cannot be served.
 */
export const AttemptOutcome = Type.Enum([
  'succeeded',
  'functionError',
  'platformFault',
  'throttled',
  'lost',
  'refused',
])

export const Attempt = Type.Object({
  startedAt: Type.String(),
  endedAt: Type.Optional(Type.String()),
  outcome: Type.Optional(AttemptOutcome),
  errorType: Type.Optional(Type.String()),
  /** Which scheduler ran it. */
  node: Type.Optional(Type.String()),
  /** Where its time went, where a sandbox has answered. */
  timings: Type.Optional(Timings),
  /** What its process used at most. */
  maxMemoryMb: Type.Optional(Type.Number()),
})
export type Attempt = Static<typeof Attempt>

/** How the end of an invocation reaches the destination that the function names. */
export const Delivery = Type.Object({
  destination: Type.String(),
  /** waiting: not taken yet. dead: given up; the invocation is a dead letter. */
  state: Type.Enum(['waiting', 'delivered', 'dead']),
  attempts: Type.Integer(),
  /** Of the last attempt that went wrong. */
  error: Type.Optional(Type.String()),
  endedAt: Type.Optional(Type.String()),
})
export type Delivery = Static<typeof Delivery>

/** An asynchronous invocation as it is looked up. */
export const Invocation = Type.Object({
  id: Type.String(),
  functionName: Type.String(),
  /** Version or alias that was called; absent where the current state was. */
  qualifier: Type.Optional(Type.String()),
  version: Type.String(),
  type: Type.Literal('Event'),
  state: InvocationState,
  cause: Cause,
  createdAt: Type.String(),
  endedAt: Type.Optional(Type.String()),
  attempts: Type.Array(Attempt),
  /** The handler's JSON, where it succeeded. */
  result: Type.Optional(Type.Unknown()),
  error: Type.Optional(FunctionErrorShape),
  /** The event that it was called with, where the function wants it kept. */
  event: Type.Optional(Type.Unknown()),
  eventOmitted: Type.Optional(Type.String({ description: 'Why the event is not there' })),
  delivery: Type.Optional(Delivery),
  /** Id of the invocation that took up this one's event again. */
  redrivenAs: Type.Optional(Type.String()),
})
export type Invocation = Static<typeof Invocation>
