import { HearthError } from '../errors.ts'
import type { FunctionStore } from '../functions/function-store.ts'
import { targetOf } from '../functions/qualifier.ts'
import { changeKey, lambdaEvent, type ObjectRecord } from '../triggers/s3-event.ts'
import { declinesObject, matchesObject, type ObjectTrigger } from '../triggers/trigger.ts'
import type { TriggerStore } from '../triggers/trigger-store.ts'
import { depthField } from './depth.ts'
import type { InvocationStore } from './invocation-store.ts'

export interface Acceptors {
  functions: FunctionStore
  triggers: TriggerStore
  invocations: InvocationStore
}

/**
 * Makes one invocation for each trigger that wants this change of an object; for a change that was
 * told before, none. Resolves when all are on disk, with whether it has made any; rejects when one is
 * not, and may be repeated.
 */
export async function acceptObject(stores: Acceptors, record: ObjectRecord): Promise<boolean> {
  const triggers = await stores.triggers.objectTriggers(record.bucket)
  const made = await Promise.all(
    triggers.map(async (trigger) => {
      if (matchesObject(trigger, record)) {
        return (await acceptFor(stores, record, trigger))?.duplicate === false
      }
      if (declinesObject(trigger, record))
        await stores.invocations.dismiss(dedupeKeyOf(record, trigger))
      return false
    }),
  )
  return made.includes(true)
}

/**
 * Makes one trigger's invocation of a change that it wants, unless the change was told before.
 * Undefined where the function is gone. Throws QueueFull, RedisUnavailable.
 */
export async function acceptFor(
  { functions, invocations }: Pick<Acceptors, 'functions' | 'invocations'>,
  record: ObjectRecord,
  trigger: ObjectTrigger,
): Promise<{ id: string; duplicate: boolean } | undefined> {
  const { id: triggerId, functionName, qualifier, notification } = trigger
  if (!(await exists(functions, functionName))) return undefined
  return await invocations.accept({
    functionName: targetOf(functionName, qualifier),
    event: Buffer.from(JSON.stringify(lambdaEvent(record, notification?.id ?? triggerId))),
    cause: {
      kind: 'object',
      triggerId,
      detail: `${record.bucket}/${record.key}`,
      ...depthField(record.raw.source?.userAgent),
    },
    dedupeKey: dedupeKeyOf(record, trigger),
  })
}

/** By which a change is known that was told to this trigger before, whoever told it. */
export function dedupeKeyOf(record: ObjectRecord, trigger: ObjectTrigger): string {
  return `object:${trigger.id}:${changeKey(record)}`
}

/** Whether the function is there: its triggers go a moment after it. */
export async function exists(functions: FunctionStore, name: string): Promise<boolean> {
  try {
    await functions.read(name)
    return true
  } catch (error) {
    if (error instanceof HearthError && error.code === 'FunctionNotFound') return false
    throw error
  }
}
