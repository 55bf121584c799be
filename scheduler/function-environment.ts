import { type FunctionDefinition, REGION } from '../core/functions/function.ts'
import type { StorageCredentials } from '../core/storage/storage-credentials.ts'
import { bucketsOf } from '../core/triggers/trigger.ts'
import type { TriggerStore } from '../core/triggers/trigger-store.ts'

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
    ...(await sources.credentials.environmentOf(definition, bucketsOf(triggers))),
    ...definition.environment,
  }
}
