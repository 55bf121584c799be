import { Type } from 'typebox'
import { FunctionName } from '../identifiers.ts'
import { closed, Time } from '../stored-schema.ts'
import {
  EventTrigger,
  ObjectTrigger,
  ScheduleTrigger,
  TRIGGERS_PER_FUNCTION_MAX,
} from '../triggers/trigger.ts'
import { ATTACHMENTS, type AttachmentKind, ResourcePolicy } from './attachment.ts'
import type { Configuration } from './configuration-store.ts'
import { FunctionDefinition, MAX_ZIP_BYTES, UsedLayer } from './function.ts'
import { LayerName, LayerVersion } from './layer.ts'
import { Qualifier, VersionNumber } from './qualifier.ts'
import { SECRETS_MAX, SecretName } from './secret.ts'

/**
 * A backup is one .zip whose entries are stored as they are, not compressed:
 *
 * - `manifest.json`: a `BackupManifest`, what the platform is set up to do at one moment;
 * - `packages/<SHA-256 in hex>.zip`: each code package of a function or a layer version of the manifest, once.
 *
 * Nothing else is in it; of functions' secrets the names alone. What a reader of an older version could not take has a higher `version`.
 */
export const BACKUP_FORMAT = 'hearth-backup'
export const BACKUP_VERSION = 5
/** It does not tell which secrets functions had; it is read as well. */
export const WITHOUT_SECRETS_VERSION = 4
/** Its provisioned concurrency has no windows; it is read as well. */
export const WITHOUT_WINDOWS_VERSION = 3
/** Its manifest has functions only; it is read as well. */
export const FUNCTIONS_ONLY_VERSION = 2

export const MANIFEST_PATH = 'manifest.json'
/** Some 40,000 functions of usual size. */
export const MANIFEST_BYTES_MAX = 64 * 1024 * 1024
export const BACKUP_BYTES_MAX = 16 * 1024 * 1024 * 1024
export const BACKUP_PACKAGES_MAX = 50_000
const ATTACHMENTS_MAX = 10_000

/** Base64 of a package's SHA-256 → its path in the archive. */
export function packagePath(codeSha256: string): string {
  return `packages/${Buffer.from(codeSha256, 'base64').toString('hex')}.zip`
}

export interface BackupManifest extends Configuration {
  format: typeof BACKUP_FORMAT
  version: typeof BACKUP_VERSION
  /** When all was as it is in it; ISO 8601. */
  createdAt: string
}

/** What an ARN of a layer version has room for. */
const LayerNumber = Type.Integer({ minimum: 1, maximum: 9_999_999_999 })
const NamedRecords = Type.Array(Type.Object({ name: Type.String() }))

/** What is looked at before the records are, each of them by its own schema. */
export const ManifestShape = Type.Object(
  {
    format: Type.Literal(BACKUP_FORMAT),
    version: Type.Literal(BACKUP_VERSION),
    createdAt: Time,
    functions: Type.Array(
      Type.Object(
        {
          definition: Type.Object({ name: Type.String() }),
          versions: Type.Array(Type.Object({ version: VersionNumber })),
          attached: Type.Array(
            Type.Object({
              kind: Type.Enum(Object.keys(ATTACHMENTS) as AttachmentKind[]),
              qualifier: Qualifier,
              value: Type.Unknown(),
            }),
            { maxItems: ATTACHMENTS_MAX },
          ),
          triggers: Type.Array(
            Type.Object({
              id: Type.String(),
              type: Type.Enum(['schedule', 'object', 'event']),
            }),
            { maxItems: TRIGGERS_PER_FUNCTION_MAX },
          ),
        },
        closed,
      ),
    ),
    layers: NamedRecords,
    layerNumbers: Type.Record(LayerName, LayerNumber, closed),
    rules: NamedRecords,
    schedules: NamedRecords,
    roles: NamedRecords,
    policies: Type.Array(Type.Object({ arn: Type.String() })),
    mappings: Type.Array(Type.Object({ uuid: Type.String() })),
    secrets: Type.Array(
      Type.Object(
        {
          functionName: FunctionName,
          names: Type.Array(SecretName, { maxItems: SECRETS_MAX, uniqueItems: true }),
        },
        closed,
      ),
    ),
  },
  closed,
)

const Package = {
  codeSha256: Type.String({
    pattern: '^[A-Za-z0-9+/]{43}=$',
    description: 'Base64 of a SHA-256',
  }),
  codeSize: Type.Integer({ minimum: 1, maximum: MAX_ZIP_BYTES }),
}

/** As routes write it, and closed: a field that this version does not know would be lost silently. */
export const StoredDefinition = Type.Object(
  {
    ...FunctionDefinition.properties,
    ...Package,
    layers: Type.Array(Type.Object({ ...UsedLayer.properties, ...Package }, closed), {
      maxItems: 5,
    }),
    createdAt: Time,
    lastModified: Time,
  },
  closed,
)

export const StoredLayerVersion = Type.Object(
  {
    ...LayerVersion.properties,
    ...Package,
    version: LayerNumber,
    createdAt: Time,
    policy: Type.Optional(ResourcePolicy),
  },
  closed,
)

const TriggerId = Type.String({
  pattern: '^[A-Za-z0-9-]{1,64}$',
  description: 'letters, digits and "-", at most 64',
})
const stored = { id: TriggerId, createdAt: Time }

/** One schema for each type of trigger. */
export const STORED_TRIGGERS = {
  schedule: Type.Object({ ...ScheduleTrigger.properties, ...stored }, closed),
  object: Type.Object({ ...ObjectTrigger.properties, ...stored }, closed),
  event: Type.Object({ ...EventTrigger.properties, ...stored }, closed),
} as const

/** Every package that is needed: of each function in any of its versions, and of each layer version. */
export function packagesOf({ functions, layers }: Pick<Configuration, 'functions' | 'layers'>) {
  const states = functions.flatMap(({ definition, versions }) => [definition, ...versions])
  return [...states.flatMap((one) => [one, ...one.layers]), ...layers]
}
