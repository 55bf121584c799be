import { type FunctionDefinition, REGION } from '../core/functions/function.ts'
import type { StorageCredentials } from '../core/storage/storage-credentials.ts'
import { bucketsOf } from '../core/triggers/trigger.ts'
import type { TriggerStore } from '../core/triggers/trigger-store.ts'

/** An SDK signs with something or does not ask at all; storage knows nobody of that name. */
const UNKNOWN = { AWS_ACCESS_KEY_ID: 'function', AWS_SECRET_ACCESS_KEY: 'function' }

/**
 * The environment of a function's sandboxes besides what the runtime sets itself: the function's
 * own variables, the region, and temporary credentials for its buckets. A bucket that triggers
 * the function is readable without being named.
 */
export async function functionEnvironment(
  definition: FunctionDefinition,
  sources: { triggers: TriggerStore; credentials: StorageCredentials },
): Promise<Record<string, string>> {
  const triggers = await sources.triggers.list(definition.name)
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    ...UNKNOWN,
    ...(await sources.credentials.environmentOf(definition, bucketsOf(triggers))),
    ...definition.environment,
  }
}
