import type { AttachmentStore } from '../core/functions/attachment-store.ts'
import type { FunctionDefinition } from '../core/functions/function.ts'
import type { FunctionStore } from '../core/functions/function-store.ts'
import type { FunctionSecrets } from '../core/functions/secret.ts'
import type { SecretStore } from '../core/functions/secret-store.ts'
import { isLoopAllowed } from '../core/invocations/depth.ts'
import type { StorageCredentials } from '../core/storage/storage-credentials.ts'
import type { TriggerStore } from '../core/triggers/trigger-store.ts'
import type { CataloguedFunction, CatalogueSource } from './catalogue.ts'
import { functionEnvironment } from './function-environment.ts'
import { withSecrets } from './secret-revision.ts'

export interface CatalogueStores {
  functions: FunctionStore
  attachments: AttachmentStore
  secrets: SecretStore
  triggers: TriggerStore
  credentials: StorageCredentials
}

/** What a scheduler's catalogue reads out of the stores. */
export function catalogueSource(stores: CatalogueStores): CatalogueSource {
  const runnable = async (definition: FunctionDefinition, secrets: FunctionSecrets) => ({
    definition: withSecrets(definition, secrets),
    // A version that was published with a variable of that name keeps it.
    environment: { ...secrets.values, ...(await functionEnvironment(definition, stores)) },
  })
  return {
    async load(name) {
      const [definition, numbers, attached, secrets] = await Promise.all([
        stores.functions.read(name),
        stores.functions.versionNumbers(name),
        stores.attachments.all(name),
        stores.secrets.open(name),
      ])
      const found: CataloguedFunction = {
        latest: await runnable(definition, secrets),
        numbers: new Set(numbers),
        aliases: new Map(
          attached.flatMap((one) => (one.kind === 'alias' ? [[one.qualifier, one.value]] : [])),
        ),
        asyncConfigurations: new Map(
          attached.flatMap((one) => (one.kind === 'async' ? [[one.qualifier, one.value]] : [])),
        ),
        provisioned: new Map(
          attached.flatMap((one) =>
            one.kind === 'provisioned' ? [[one.qualifier, one.value]] : [],
          ),
        ),
        secrets,
        mayLoop: attached.some((one) => one.kind === 'recursion' && isLoopAllowed(one.value)),
        versions: new Map(),
      }
      return found
    },

    /** What counts for all versions of a function together is as it is now, not as it was published. */
    async loadVersion({ latest, secrets }, number) {
      const { name, reservedConcurrency, record } = latest.definition
      const { record: _published, ...version } = await stores.functions.read(name, number)
      const whole = { reservedConcurrency, ...(record && { record }) }
      return runnable({ ...version, ...whole }, secrets)
    },
  }
}
