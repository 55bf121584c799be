import { type Static, Type } from 'typebox'
import { BucketName, FunctionName } from '../identifiers.ts'

/** Lambda's limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_SYNC_BYTES = 6 * 1024 * 1024
export const MAX_ASYNC_BYTES = 1024 * 1024
export const MAX_ZIP_BYTES = 50 * 1024 * 1024
export const MAX_UNZIPPED_BYTES = 250 * 1024 * 1024
export const MAX_ENVIRONMENT_BYTES = 4096

export const ACCOUNT_ID = '000000000000'
export const REGION = 'us-east-1'

export const Runtime = Type.Enum(['nodejs24.x', 'nodejs22.x', 'nodejs20.x'], {
  description: 'All run on Node 24',
})

export const Buckets = Type.Object(
  {
    read: Type.Optional(Type.Array(BucketName, { maxItems: 50 })),
    write: Type.Optional(Type.Array(BucketName, { maxItems: 50 })),
  },
  {
    additionalProperties: false,
    description: 'Buckets that the function gets temporary credentials for',
  },
)

export const Egress = Type.Union(
  [
    Type.Literal('public'),
    Type.Literal('none'),
    Type.Array(Type.String({ pattern: '^[A-Za-z0-9._-]{1,253}:[0-9]{1,5}$' }), { maxItems: 50 }),
  ],
  {
    description:
      '"public": public hosts by HTTP(S) proxy; a list of "host:port": these as well, private ones too; "none": the platform alone',
  },
)
export type Egress = Static<typeof Egress>

export const LayerVersionArn = Type.String({
  pattern:
    '^arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]{1,64}:[1-9][0-9]{0,9}$',
  description: 'ARN of a layer version',
})

export const RecordConfiguration = Type.Object(
  {
    bodies: Type.Optional(
      Type.Boolean({ description: 'Keep event and result of each synchronous invocation' }),
    ),
    redact: Type.Optional(
      Type.Array(Type.String({ pattern: '^[^.]{1,128}(\\.[^.]{1,128}){0,9}$' }), {
        maxItems: 50,
        description:
          'Members whose values are replaced before anything is kept, in any letter case: "password", or with what is around them, "headers.authorization"',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'What is kept of its invocations besides that they were',
  },
)
export type RecordConfiguration = Static<typeof RecordConfiguration>

/** What a caller may set on a function; every field has Lambda's default. */
export const FunctionConfiguration = Type.Object(
  {
    runtime: Runtime,
    handler: Type.String({
      minLength: 3,
      maxLength: 128,
      pattern: '^[^\\s\\u0000]+\\.[^\\s.\\u0000]+$',
      description: 'File without its ending, ".", and the name of its export: index.handler',
    }),
    description: Type.String({ maxLength: 256 }),
    environment: Type.Record(Type.String(), Type.String()),
    memoryMb: Type.Integer({ minimum: 128, maximum: 10_240 }),
    timeoutSeconds: Type.Integer({ minimum: 1, maximum: 900 }),
    reservedConcurrency: Type.Union([Type.Integer({ minimum: 0, maximum: 1000 }), Type.Null()]),
    concurrency: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description: 'Invocations that one sandbox runs at a time; 1 if not given, as on Lambda',
      }),
    ),
    record: Type.Optional(RecordConfiguration),
    buckets: Buckets,
    egress: Egress,
    layers: Type.Array(LayerVersionArn, {
      maxItems: 5,
      uniqueItems: true,
      description: 'Layer versions, put into /opt in this order',
    }),
    tags: Type.Record(Type.String({ maxLength: 128 }), Type.String({ maxLength: 256 }), {
      maxProperties: 50,
    }),
  },
  { additionalProperties: false },
)
export type FunctionConfiguration = Static<typeof FunctionConfiguration>

export const DEFAULT_CONFIGURATION: Omit<FunctionConfiguration, 'layers'> & { layers: [] } = {
  runtime: 'nodejs24.x',
  handler: 'index.handler',
  description: '',
  environment: {},
  memoryMb: 128,
  timeoutSeconds: 3,
  reservedConcurrency: null,
  buckets: {},
  egress: 'public',
  layers: [],
  tags: {},
}

/** A layer version that a function uses; its package stays, whatever becomes of the layer. */
export const UsedLayer = Type.Object({
  arn: LayerVersionArn,
  codeSha256: Type.String(),
  codeSize: Type.Integer(),
})
export type UsedLayer = Static<typeof UsedLayer>

/** A function as it is stored, read and answered. Everything a scheduler needs to run it is in here. */
export const FunctionDefinition = Type.Object({
  name: FunctionName,
  arn: Type.String(),
  ...FunctionConfiguration.properties,
  layers: Type.Array(UsedLayer),
  /** Base64 of the package's SHA-256, as Lambda spells it. */
  codeSha256: Type.String(),
  codeSize: Type.Integer(),
  /** `$LATEST`, or the number under which this state was published. */
  version: Type.String(),
  /** Number of the version that was published last; versions that were deleted count. */
  lastVersion: Type.Optional(Type.Integer()),
  state: Type.Literal('Active'),
  /** Changes with every change of the function; schedulers acknowledge it. */
  revisionId: Type.String(),
  /** Revision whose sandboxes serve this one as well; absent: it has its own. */
  sandboxRevisionId: Type.Optional(Type.String()),
  createdAt: Type.String(),
  lastModified: Type.String(),
  /** Fields of Lambda's that change nothing here: kept, and read back as they were set. */
  aws: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
export type FunctionDefinition = Static<typeof FunctionDefinition>

/** Of a function, or with its `name:qualifier` of a version or an alias. */
export function functionArn(target: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${target}`
}

/** How many invocations one sandbox of the function runs at a time. */
export function concurrencyOf({
  concurrency = 1,
}: Pick<FunctionDefinition, 'concurrency'>): number {
  return concurrency
}

/** Of a state: by which its sandboxes are known, whatever else of the function changes. */
export function sandboxRevisionOf(
  definition: Pick<FunctionDefinition, 'revisionId' | 'sandboxRevisionId'>,
): string {
  return definition.sandboxRevisionId ?? definition.revisionId
}

/** What counts for a function as a whole: its sandboxes know nothing of it, and stay when it changes. */
const OF_THE_WHOLE: ReadonlySet<string> = new Set(['reservedConcurrency', 'tags', 'record'])

/** Which sandboxes serve a function after this change of its state. */
export function sandboxesAfter(
  current: FunctionDefinition,
  change: Partial<FunctionDefinition>,
): Partial<FunctionDefinition> {
  const fields = Object.keys(change)
  const stay = fields.length > 0 && fields.every((field) => OF_THE_WHOLE.has(field))
  return stay ? { sandboxRevisionId: sandboxRevisionOf(current) } : {}
}

/** The current state as the version `number`, for good. */
export function asVersion(
  latest: FunctionDefinition,
  of: { number: number; revisionId: string; description?: string | undefined },
): FunctionDefinition {
  const { number, revisionId, description = latest.description } = of
  const { lastVersion: _last, sandboxRevisionId: _sandboxes, ...rest } = latest
  const version = String(number)
  return {
    ...rest,
    description,
    version,
    revisionId,
    arn: functionArn(`${latest.name}:${version}`),
  }
}
