import { type Static, Type } from 'typebox'
import { Alias } from './alias.ts'
import { AsyncConfiguration } from './async-configuration.ts'
import { ProvisionedConcurrency } from './provisioned-concurrency.ts'

const closed = { additionalProperties: false }
/** A list of texts, each of at most so many characters. */
function texts(maxLength: number, options: { minLength?: number; maxItems: number }) {
  const { maxItems, ...rest } = options
  return Type.Array(Type.String({ maxLength, ...rest }), { maxItems })
}

/**
 * Cross-origin rules of a function's address, with Lambda's names and bounds:
 * https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html
 */
export const Cors = Type.Partial(
  Type.Object({
    AllowCredentials: Type.Boolean(),
    AllowHeaders: texts(1024, { maxItems: 100 }),
    AllowMethods: texts(6, { maxItems: 6 }),
    AllowOrigins: texts(253, { minLength: 1, maxItems: 100 }),
    ExposeHeaders: texts(1024, { maxItems: 100 }),
    MaxAge: Type.Integer({ minimum: 0, maximum: 86_400 }),
  }),
  closed,
)
export type Cors = Static<typeof Cors>

/** The address of a function or of one of its aliases. */
export const FunctionUrl = Type.Object(
  {
    /** The label before `.lambda-url.localhost`. */
    urlId: Type.String({ pattern: '^[0-9a-f]{32}$', description: '32 hex digits' }),
    authType: Type.Enum(['NONE', 'AWS_IAM']),
    invokeMode: Type.Enum(['BUFFERED', 'RESPONSE_STREAM']),
    cors: Type.Optional(Cors),
    createdAt: Type.String(),
    lastModified: Type.String(),
  },
  closed,
)
export type FunctionUrl = Static<typeof FunctionUrl>

const PolicyStatement = Type.Object(
  {
    Sid: Type.String(),
    Effect: Type.Literal('Allow'),
    Principal: Type.Union([Type.String(), Type.Record(Type.String(), Type.String())]),
    Action: Type.String(),
    Resource: Type.String(),
    Condition: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Type.String()))),
  },
  closed,
)
export type PolicyStatement = Static<typeof PolicyStatement>

/** Who may do what: stored, and read back as a resource policy. */
export const ResourcePolicy = Type.Object(
  { revisionId: Type.String(), statements: Type.Array(PolicyStatement) },
  closed,
)
export type ResourcePolicy = Static<typeof ResourcePolicy>

/** What was set over Lambda's API, to be read back as it was; over REST there is none. */
const AsSet = Type.Object(
  {
    MaximumRetryAttempts: Type.Optional(Type.Integer()),
    MaximumEventAgeInSeconds: Type.Optional(Type.Integer()),
    /** ARNs; empty where there is none. */
    OnSuccess: Type.Optional(Type.String()),
    OnFailure: Type.Optional(Type.String()),
  },
  closed,
)

/**
 * What hangs on a function beside its definition, by kind and qualifier. Changing it retires no
 * sandbox. `core/lua/attachments.lua` knows `alias`, `url`, `async` and `provisioned` as well.
 */
export const ATTACHMENTS = {
  alias: Alias,
  url: FunctionUrl,
  async: Type.Object(
    {
      ...AsyncConfiguration.properties,
      lastModified: Type.String(),
      asSet: Type.Optional(AsSet),
    },
    closed,
  ),
  policy: ResourcePolicy,
  provisioned: ProvisionedConcurrency,
  recursion: Type.Object({ recursiveLoop: Type.Enum(['Allow', 'Terminate']) }, closed),
  runtime: Type.Object(
    {
      updateRuntimeOn: Type.Enum(['Auto', 'Manual', 'FunctionUpdate']),
      runtimeVersionArn: Type.Optional(Type.String()),
    },
    closed,
  ),
  scaling: Type.Object(
    {
      minExecutionEnvironments: Type.Optional(Type.Integer({ minimum: 0 })),
      maxExecutionEnvironments: Type.Optional(Type.Integer({ minimum: 0 })),
    },
    closed,
  ),
} as const

export type AttachmentKind = keyof typeof ATTACHMENTS
export type Attachments = { [Kind in AttachmentKind]: Static<(typeof ATTACHMENTS)[Kind]> }

/** One attachment with its place. */
export type Attached<Kind extends AttachmentKind = AttachmentKind> = {
  [K in Kind]: { kind: K; qualifier: string; value: Attachments[K] }
}[Kind]
