import { isDeepStrictEqual } from 'node:util'
import type { Trigger, TriggerInput } from '../core/triggers/trigger.ts'

export interface TriggerPlan {
  add: TriggerInput[]
  keep: TriggerInput[]
  remove: Trigger[]
}

/**
 * What to do that a function has the triggers that are wanted and no others. What is of a rule or a
 * schedule of AWS's, or of a bucket's notification, is no folder's to name, and stays.
 */
export function planTriggers(
  present: readonly Trigger[],
  wanted: readonly TriggerInput[],
): TriggerPlan {
  const own = present.filter(
    (trigger) => !trigger.origin && !(trigger.type === 'object' && trigger.notification),
  )
  const has = (among: readonly (Trigger | TriggerInput)[], one: Trigger | TriggerInput) =>
    among.some((other) => isDeepStrictEqual(essenceOf(other), essenceOf(one)))
  return {
    add: wanted.filter((trigger) => !has(own, trigger)),
    keep: wanted.filter((trigger) => has(own, trigger)),
    remove: own.filter((trigger) => !has(wanted, trigger)),
  }
}

/** What makes two triggers the same: not their ids and dates, and defaults as if they were given. */
function essenceOf(trigger: TriggerInput | Trigger): object {
  const { qualifier } = trigger
  switch (trigger.type) {
    case 'schedule': {
      const { type, schedule, timezone = 'UTC', input } = trigger
      return { type, qualifier, schedule, timezone, input }
    }
    case 'object': {
      const { type, bucket, events = ['s3:ObjectCreated:*'], prefix = '', suffix = '' } = trigger
      return { type, qualifier, bucket, events: [...events].sort(), prefix, suffix }
    }
    case 'event':
      return { type: trigger.type, qualifier, pattern: trigger.pattern }
  }
}

/** A trigger in a few words. */
export function triggerText(trigger: TriggerInput | Trigger): string {
  switch (trigger.type) {
    case 'schedule':
      return `${trigger.schedule} ${trigger.timezone ?? 'UTC'}`
    case 'object':
      return `${trigger.bucket}/${trigger.prefix ?? ''}*${trigger.suffix ?? ''}`
    case 'event':
      return JSON.stringify(trigger.pattern)
  }
}
