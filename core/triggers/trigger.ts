import { type Static, Type } from 'typebox'
import { Qualifier } from '../functions/qualifier.ts'
import { BucketName, FunctionName } from '../identifiers.ts'
import type { ObjectRecord } from './s3-event.ts'

export const TRIGGERS_PER_FUNCTION_MAX = 100
/** Each event is compared with every pattern. */
export const EVENT_TRIGGERS_MAX = 1000

/** The events that a trigger may name; `*` is every one of its class. */
export const OBJECT_EVENTS = [
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
] as const

const KeyPart = Type.String({ maxLength: 1024 })

const target = {
  qualifier: Type.Optional(
    Type.Unsafe<string>({
      ...Qualifier,
      description: 'Version or alias to call; the current state if not given',
    }),
  ),
}

const ScheduleFields = {
  type: Type.Literal('schedule'),
  ...target,
  schedule: Type.String({
    minLength: 1,
    maxLength: 256,
    description:
      'rate(5 minutes), six cron fields: cron(0 9 ? * MON-FRI *), or once: at(2026-01-31T09:30:00)',
  }),
  timezone: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'IANA name; UTC if not given' }),
  ),
  input: Type.Optional(
    Type.Unknown({ description: 'The event; Lambda’s scheduled event if not given' }),
  ),
}

const ObjectFields = {
  type: Type.Literal('object'),
  ...target,
  bucket: BucketName,
  events: Type.Array(Type.Enum([...OBJECT_EVENTS]), {
    minItems: 1,
    maxItems: OBJECT_EVENTS.length,
    uniqueItems: true,
    default: ['s3:ObjectCreated:*'],
  }),
  prefix: Type.Optional(KeyPart),
  suffix: Type.Optional(KeyPart),
}

const EventFields = {
  type: Type.Literal('event'),
  ...target,
  pattern: Type.Record(Type.String(), Type.Unknown(), {
    description: 'EventBridge’s pattern language, over the CloudEvent as JSON',
  }),
}

const closed = { additionalProperties: false }

/** What a caller sends, one schema for each type. */
export const TRIGGER_INPUTS = {
  schedule: Type.Object(ScheduleFields, closed),
  object: Type.Object({ ...ObjectFields, events: Type.Optional(ObjectFields.events) }, closed),
  event: Type.Object(EventFields, closed),
} as const
export const TriggerInput = Type.Union([
  TRIGGER_INPUTS.schedule,
  TRIGGER_INPUTS.object,
  TRIGGER_INPUTS.event,
])
export type TriggerInput = Static<typeof TriggerInput>

/** The ARN of what made the trigger, where that is a rule of EventBridge or a schedule of its Scheduler. */
const Origin = Type.String({ description: 'ARN of the rule or schedule that the trigger is of' })

/** What a rule or schedule gives its triggers. */
export interface OwnFields {
  id: string
  origin: string
  /** The event that the function gets, in the place of what matched. */
  input?: unknown
}

const stored = {
  id: Type.String(),
  functionName: FunctionName,
  createdAt: Type.String(),
  origin: Type.Optional(Origin),
}

export const ScheduleTrigger = Type.Object({ ...stored, ...ScheduleFields })
export type ScheduleTrigger = Static<typeof ScheduleTrigger>
/** How it was set as a notification of its bucket over S3, word for word; absent for all others. */
const Notification = Type.Object({
  id: Type.String({ maxLength: 255, description: '`configurationId` of its events' }),
  functionArn: Type.String({ maxLength: 256 }),
  filterRules: Type.Array(Type.Object({ name: Type.String(), value: KeyPart }), { maxItems: 2 }),
  position: Type.Integer({ minimum: 0, description: 'Among those that were set with it' }),
})
export const ObjectTrigger = Type.Object({
  ...stored,
  ...ObjectFields,
  notification: Type.Optional(Notification),
})
export type ObjectTrigger = Static<typeof ObjectTrigger>
export const EventTrigger = Type.Object({
  ...stored,
  ...EventFields,
  input: Type.Optional(Type.Unknown({ description: 'The event; what fitted if not given' })),
})
export type EventTrigger = Static<typeof EventTrigger>

/** A trigger as it is stored and answered. */
export const Trigger = Type.Union([ScheduleTrigger, ObjectTrigger, EventTrigger])
export type Trigger = Static<typeof Trigger>

/** `*` is spelled out, because MinIO's own `*` has events that S3's has not (tagging, retention). */
export function expandEvents(events: readonly string[]): string[] {
  const named = events.flatMap((event) =>
    event.endsWith(':*')
      ? OBJECT_EVENTS.filter((one) => one !== event && one.startsWith(event.slice(0, -1)))
      : [event],
  )
  return [...new Set(named)].sort()
}

/**
 * What a bucket reports for its triggers. Where one wants some ways of creating an object, all are
 * reported: by a listing they cannot be told apart, so the others must be known not to be wanted.
 */
export function reportedEvents(triggers: readonly ObjectTrigger[]): string[] {
  const events = expandEvents(triggers.flatMap((trigger) => trigger.events))
  return events.some(isCreation) ? expandEvents([...events, 's3:ObjectCreated:*']) : events
}

function isCreation(event: string): boolean {
  return event.startsWith('s3:ObjectCreated:')
}

/** Oldest first; those of one millisecond by their ids, so that an order is always the same. */
export function byAge(a: Trigger, b: Trigger): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  return a.id < b.id ? -1 : 1
}

/** Buckets whose objects cause events: the function may read these without naming them. */
export function bucketsOf(triggers: readonly Trigger[]): string[] {
  return triggers.flatMap((trigger) => (trigger.type === 'object' ? [trigger.bucket] : []))
}

export function matchesObject(trigger: ObjectTrigger, record: ObjectRecord): boolean {
  return matchesKey(trigger, record) && wantsEvent(trigger, record)
}

/** Whether the trigger wants such objects, but not those that came in this way. */
export function declinesObject(trigger: ObjectTrigger, record: ObjectRecord): boolean {
  return (
    isCreation(`s3:${record.eventName}`) &&
    trigger.events.some(isCreation) &&
    !wantsEvent(trigger, record) &&
    matchesKey(trigger, record)
  )
}

function matchesKey({ bucket, prefix = '', suffix = '' }: ObjectTrigger, record: ObjectRecord) {
  return bucket === record.bucket && record.key.startsWith(prefix) && record.key.endsWith(suffix)
}

function wantsEvent({ events }: ObjectTrigger, { eventName }: ObjectRecord): boolean {
  return expandEvents(events).includes(`s3:${eventName}`)
}
