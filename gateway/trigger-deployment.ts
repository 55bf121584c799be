import { randomUUID } from 'node:crypto'
import { HearthError } from '../core/errors.ts'
import { targetOf } from '../core/functions/qualifier.ts'
import {
  expandEvents,
  type ObjectTrigger,
  type Trigger,
  type TriggerInput,
} from '../core/triggers/trigger.ts'
import { deployChange } from './deployment.ts'
import type { GatewayParts } from './parts.ts'

/** Adds a trigger; resolves when every scheduler serves it. A failure leaves nothing of it. */
export async function deployTrigger(
  parts: GatewayParts,
  functionName: string,
  input: TriggerInput,
): Promise<Trigger> {
  await parts.functions.read(functionName)
  const trigger = await parts.triggers.add(functionName, input)
  try {
    await spread(parts, trigger)
  } catch (error) {
    await parts.triggers.remove(functionName, trigger.id)
    throw error
  }
  return trigger
}

/** Throws FunctionNotFound, TriggerNotFound. */
export async function removeTrigger(
  parts: GatewayParts,
  functionName: string,
  id: string,
): Promise<void> {
  await parts.functions.read(functionName)
  const trigger = (await parts.triggers.list(functionName)).find((one) => one.id === id)
  if (!trigger) throw new HearthError('TriggerNotFound', { name: functionName, id })
  await parts.triggers.remove(functionName, id)
  await spread(parts, trigger)
}

/**
 * A bucket that triggers a function is readable by it: with an object trigger its sandboxes need
 * other credentials, which only new ones get. Throws FunctionNotFound where it went meanwhile.
 */
async function spread(parts: GatewayParts, trigger: Trigger): Promise<void> {
  if (trigger.type === 'object') await deployChange(parts, trigger.functionName, {})
  else await parts.functions.read(trigger.functionName)
}

/** An object trigger that a bucket is to have; without an id in `notification` it gets one. */
export interface WantedObjectTrigger
  extends Pick<ObjectTrigger, 'functionName' | 'qualifier' | 'events' | 'prefix' | 'suffix'> {
  notification?: Omit<NonNullable<ObjectTrigger['notification']>, 'id'> & {
    id?: string | undefined
  }
}

/**
 * Puts these in the place of all object triggers of a bucket; resolves when every scheduler serves
 * them. One that asks for the same as one that is there goes on as that one. A failure brings back
 * what was there. Throws what adding a trigger throws.
 */
export async function replaceObjectTriggers(
  parts: GatewayParts,
  bucket: string,
  wanted: readonly WantedObjectTrigger[],
): Promise<void> {
  const present = await parts.triggers.objectTriggers(bucket)
  const next = continued(present, wanted, bucket)
  const before = await parts.triggers.replaceObjectTriggers(bucket, next)
  try {
    await spreadBucket(parts, before, next)
  } catch (error) {
    await parts.triggers.replaceObjectTriggers(bucket, before)
    throw error
  }
}

/** The triggers as they are to be stored. */
function continued(
  present: readonly ObjectTrigger[],
  wanted: readonly WantedObjectTrigger[],
  bucket: string,
): ObjectTrigger[] {
  const free = new Map(present.map((trigger) => [whatItAsks(trigger), trigger]))
  return wanted.map((one) => {
    const asked = whatItAsks(one)
    const { id = randomUUID(), createdAt = new Date().toISOString() } = free.get(asked) ?? {}
    free.delete(asked)
    const { notification, ...fields } = one
    return {
      ...fields,
      type: 'object',
      id,
      createdAt,
      bucket,
      ...(notification && {
        notification: { ...notification, id: notification.id ?? randomUUID() },
      }),
    }
  })
}

function whatItAsks(trigger: WantedObjectTrigger): string {
  const { functionName, qualifier, events, prefix = '', suffix = '' } = trigger
  return JSON.stringify([targetOf(functionName, qualifier), expandEvents(events), prefix, suffix])
}

/** Functions that may read the bucket from now on, or may not any more, get new sandboxes. */
async function spreadBucket(
  parts: GatewayParts,
  before: readonly ObjectTrigger[],
  after: readonly ObjectTrigger[],
): Promise<void> {
  const had = new Set(before.map(({ functionName }) => functionName))
  const has = new Set(after.map(({ functionName }) => functionName))
  for (const name of has) {
    if (had.has(name)) await parts.functions.read(name)
    else await deployChange(parts, name, {})
  }
  for (const name of [...had].filter((one) => !has.has(one))) {
    await deployChange(parts, name, {}).catch((error: unknown) => {
      const gone = error instanceof HearthError && error.code === 'FunctionNotFound'
      if (!gone) throw error
    })
  }
}
