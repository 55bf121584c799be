import { ACCOUNT_ID, REGION } from '../functions/function.ts'
import { keys } from '../keys.ts'
import { RecordHash } from '../redis/record-hash.ts'
import {
  RecordedTriggers,
  type TriggerParts,
  triggerId,
  type WantedTrigger,
} from './recorded-triggers.ts'

/** EventBridge Scheduler has a million. */
const SCHEDULES_MAX = 1000

/** A schedule of EventBridge Scheduler: one trigger while it is enabled. */
export interface ScheduleRecord {
  name: string
  expression: string
  timezone: string
  enabled: boolean
  description?: string | undefined
  /** Whether it goes when it has fired for the last time. */
  deleteWhenOver: boolean
  functionName: string
  /** Version or alias. */
  qualifier?: string | undefined
  /** As it was given. */
  target: { Arn: string; RoleArn: string; Input?: string } & Record<string, unknown>
  /** Of the request that made it: sent again it makes nothing. */
  clientToken?: string | undefined
  createdAt: string
  modifiedAt: string
}

export type ScheduleStore = RecordedTriggers<ScheduleRecord>

export function scheduleArn(name: string): string {
  return `arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule/default/${name}`
}

export function openSchedules({ redis, ...stores }: TriggerParts): ScheduleStore {
  const records = new RecordHash<ScheduleRecord>(redis, keys.schedules, SCHEDULES_MAX)
  return new RecordedTriggers({ ...stores, records, wanted: scheduleTriggers })
}

function scheduleTriggers(record: ScheduleRecord): WantedTrigger[] {
  if (!record.enabled) return []
  const { functionName, qualifier, expression: schedule, timezone, target } = record
  const origin = scheduleArn(record.name)
  const input = target.Input === undefined ? {} : { input: JSON.parse(target.Input) }
  const own = { id: triggerId([origin, functionName]), origin, ...input }
  const version = qualifier === undefined ? {} : { qualifier }
  return [{ functionName, fields: { ...version, type: 'schedule', schedule, timezone }, own }]
}
