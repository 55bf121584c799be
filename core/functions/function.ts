import { type Static, Type } from 'typebox'
import { BucketName, FunctionName } from '../identifiers.ts'
import { AsyncConfiguration } from './async-configuration.ts'

/** Lambda's limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_SYNC_BYTES = 6 * 1024 * 1024
export const MAX_ASYNC_BYTES = 1024 * 1024
export const MAX_ZIP_BYTES = 50 * 1024 * 1024
export const MAX_UNZIPPED_BYTES = 250 * 1024 * 1024
export const MAX_ENVIRONMENT_BYTES = 4096

/** The one qualifier there is until versions are published. */
export const LATEST = '$LATEST'

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
    buckets: Buckets,
    egress: Egress,
    tags: Type.Record(Type.String({ maxLength: 128 }), Type.String({ maxLength: 256 }), {
      maxProperties: 50,
    }),
  },
  { additionalProperties: false },
)
export type FunctionConfiguration = Static<typeof FunctionConfiguration>

export const DEFAULT_CONFIGURATION: FunctionConfiguration = {
  runtime: 'nodejs24.x',
  handler: 'index.handler',
  description: '',
  environment: {},
  memoryMb: 128,
  timeoutSeconds: 3,
  reservedConcurrency: null,
  buckets: {},
  egress: 'public',
  tags: {},
}

/** A function as it is stored, read and answered. Everything a scheduler needs to run it is in here. */
export const FunctionDefinition = Type.Object({
  name: FunctionName,
  arn: Type.String(),
  ...FunctionConfiguration.properties,
  /** Base64 of the package's SHA-256, as Lambda spells it. */
  codeSha256: Type.String(),
  codeSize: Type.Integer(),
  version: Type.String(),
  state: Type.Literal('Active'),
  /** Changes with every change of the function; schedulers acknowledge it. */
  revisionId: Type.String(),
  createdAt: Type.String(),
  lastModified: Type.String(),
  /** What becomes of its asynchronous invocations, where it wants that otherwise than by default. */
  asyncConfiguration: Type.Optional(AsyncConfiguration),
  /** The label before `.lambda-url.localhost`, where the function has an address. */
  urlId: Type.Optional(Type.String()),
})
export type FunctionDefinition = Static<typeof FunctionDefinition>

export function functionArn(name: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`
}
