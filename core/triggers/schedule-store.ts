import { type Static, Type } from 'typebox'
import { ACCOUNT_ID, REGION } from '../functions/function.ts'
import { keys } from '../keys.ts'
import { RecordHash } from '../redis/record-hash.ts'
import { closed, maybe, Time } from '../stored-schema.ts'
import {
  RecordedTriggers,
  type TriggerParts,
  triggerId,
  type WantedTrigger,
} from './recorded-triggers.ts'
import { KEPT_MEMBERS, TARGET_FUNCTION, TargetArn } from './target-members.ts'

/** EventBridge Scheduler has a million. */
export const SCHEDULES_MAX = 1000

export const ScheduleName = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[0-9a-zA-Z_.-]+$',
})

/** Role, retries and dead letters are kept so that tools find them again; those of the function hold. */
export const ScheduleTarget = Type.Object(
  {
    Arn: TargetArn,
    RoleArn: TargetArn,
    Input: Type.Optional(Type.String({ minLength: 1, maxLength: 262_144 })),
    ...KEPT_MEMBERS,
  },
  closed,
)

/** A schedule of EventBridge Scheduler: one trigger while it is enabled. */
export const ScheduleRecord = Type.Object(
  {
    name: ScheduleName,
    expression: Type.String({ minLength: 1, maxLength: 256 }),
    timezone: Type.String({ minLength: 1, maxLength: 50 }),
    enabled: Type.Boolean(),
    description: maybe(Type.String({ maxLength: 512 })),
    /** Whether it goes when it has fired for the last time. */
    deleteWhenOver: Type.Boolean(),
    ...TARGET_FUNCTION,
    /** As it was given. */
    target: ScheduleTarget,
    /** Of the request that made it: sent again it makes nothing. */
    clientToken: maybe(Type.String({ maxLength: 64 })),
    createdAt: Time,
    modifiedAt: Time,
  },
  closed,
)
export type ScheduleRecord = Static<typeof ScheduleRecord>

export type ScheduleStore = RecordedTriggers<ScheduleRecord>

export function scheduleArn(name: string): string {
  return `arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule/default/${name}`
}

export function openSchedules({ redis, ...stores }: TriggerParts): ScheduleStore {
  const records = new RecordHash<ScheduleRecord>(redis, keys.schedules, SCHEDULES_MAX)
  return new RecordedTriggers({ ...stores, records, wanted: scheduleTriggers })
}

/** None where it is disabled. */
export function scheduleTriggers(record: ScheduleRecord): WantedTrigger[] {
  if (!record.enabled) return []
  const { functionName, qualifier, expression: schedule, timezone, target } = record
  const origin = scheduleArn(record.name)
  const input = target.Input === undefined ? {} : { input: JSON.parse(target.Input) }
  const own = { id: triggerId([origin, functionName]), origin, ...input }
  const version = qualifier === undefined ? {} : { qualifier }
  return [{ functionName, fields: { ...version, type: 'schedule', schedule, timezone }, own }]
}
