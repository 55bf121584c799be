import { HearthError } from './errors.ts'
import type { FunctionStore } from './function-store.ts'
import type { InvocationStore } from './invocation-store.ts'
import { changeKey, lambdaEvent, type ObjectRecord } from './s3-event.ts'
import type { ObjectTrigger } from './trigger.ts'
import type { TriggerStore } from './trigger-store.ts'

export interface Acceptors {
  functions: FunctionStore
  triggers: TriggerStore
  invocations: InvocationStore
}

/**
 * Makes one invocation for each trigger that wants this change of an object; for a change that was
 * told before, none. Resolves when all are on disk; rejects when one is not, and may be repeated.
 */
export async function acceptObject(stores: Acceptors, record: ObjectRecord): Promise<void> {
  const triggers = await stores.triggers.matchingObject(record)
  await Promise.all(triggers.map((trigger) => accept(stores, record, trigger)))
}

async function accept(
  { functions, invocations }: Acceptors,
  record: ObjectRecord,
  trigger: ObjectTrigger,
): Promise<void> {
  const { id: triggerId, functionName } = trigger
  if (!(await exists(functions, functionName))) return
  await invocations.accept({
    functionName,
    event: Buffer.from(JSON.stringify(lambdaEvent(record, triggerId))),
    cause: { kind: 'object', triggerId, detail: `${record.bucket}/${record.key}` },
    dedupeKey: `object:${triggerId}:${changeKey(record)}`,
  })
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
