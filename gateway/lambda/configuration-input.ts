import { type Static, Type } from 'typebox'
import {
  type FunctionConfiguration,
  type FunctionDefinition,
  functionArn,
  MAX_ENVIRONMENT_BYTES,
  Runtime,
} from '../../core/functions/function.ts'
import { configurationMistakes, isReservedVariable } from '../../core/functions/names.ts'
import type { GatewayParts } from '../parts.ts'
import { invalidParameter } from './lambda-error.ts'
import { Description, o, RoleArn, text } from './members.ts'

const Arn = Type.String({ maxLength: 2048 })
const LAYER = 'arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+'

/** What both CreateFunction and UpdateFunctionConfiguration take. */
export const CONFIGURATION_MEMBERS = {
  Runtime: o(Type.String({ maxLength: 64 })),
  Handler: o(text('[^\\s]+', { maxLength: 128 })),
  Description: o(Description),
  Timeout: o(Type.Integer({ minimum: 1, maximum: 900 })),
  MemorySize: o(Type.Integer({ minimum: 128, maximum: 10_240 })),
  Environment: o(Type.Object({ Variables: o(Type.Record(Type.String(), Type.String())) })),
  Layers: o(Type.Array(text(LAYER, { minLength: 1, maxLength: 140 }))),
  VpcConfig: o(Type.Object({})),
  DeadLetterConfig: o(Type.Object({ TargetArn: o(Arn) })),
  KMSKeyArn: o(text('(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()', { maxLength: 2048 })),
  TracingConfig: o(Type.Object({ Mode: o(Type.Enum(['Active', 'PassThrough'])) })),
  FileSystemConfigs: o(Type.Array(Type.Object({}), { maxItems: 1 })),
  ImageConfig: o(Type.Object({})),
  EphemeralStorage: o(Type.Object({ Size: Type.Integer({ minimum: 512, maximum: 10_240 }) })),
  SnapStart: o(Type.Object({ ApplyOn: o(Type.Enum(['PublishedVersions', 'None'])) })),
  LoggingConfig: o(
    Type.Object({
      LogFormat: o(Type.Enum(['JSON', 'Text'])),
      ApplicationLogLevel: o(Type.Enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'])),
      SystemLogLevel: o(Type.Enum(['DEBUG', 'INFO', 'WARN'])),
      LogGroup: o(text('[\\.\\-_/#A-Za-z0-9]+', { minLength: 1, maxLength: 512 })),
    }),
  ),
}

const Input = Type.Object({
  ...CONFIGURATION_MEMBERS,
  Role: o(RoleArn),
  Architectures: o(Type.Array(Type.Enum(['x86_64', 'arm64']), { minItems: 1, maxItems: 1 })),
})
export type ConfigurationInput = Static<typeof Input>

const SUPPORTED: readonly string[] = Runtime.enum
/** Runtimes that Lambda has taken off: it refuses them, and so do we, in the same words. */
const ENDED =
  /^(?:nodejs(?:|4\.3(?:-edge)?|6\.10|8\.10|10\.x|12\.x|14\.x|16\.x|18\.x)|python(?:2\.7|3\.[678])|ruby2\.[57]|java8|go1\.x|provided|dotnet(?:core[123]\.[01]|5\.0|6))$/
/** Those that Lambda runs and this platform does not. */
const OTHERS =
  /^(?:python3\.(?:9|1[0-4])|ruby(?:3\.[2-4]|4\.0)|java(?:8\.al2|11|17|21|25)|dotnet(?:8|10)|provided\.al2(?:023)?)$/

/** Of the current state, what the request wants to be otherwise. Throws what Lambda would refuse. */
export async function changeOf(
  parts: GatewayParts,
  input: ConfigurationInput,
  current: Pick<FunctionDefinition, 'name' | 'aws'>,
): Promise<Partial<FunctionDefinition>> {
  const { Runtime: runtime, Environment, Layers } = input
  const environment = Environment && (Environment.Variables ?? {})
  if (runtime !== undefined) checkRuntime(runtime)
  if (environment) checkEnvironment(environment)
  if (Layers && Layers.length > 5) throw invalidParameter('Cannot reference more than 5 layers.')
  if (input.FileSystemConfigs?.length) {
    throw invalidParameter(
      'FileSystemConfigs is not supported: a sandbox has no network file system.',
    )
  }
  const change: Partial<FunctionDefinition> = {
    ...defined({
      runtime: runtime as FunctionConfiguration['runtime'] | undefined,
      handler: input.Handler,
      description: input.Description,
      timeoutSeconds: input.Timeout,
      memoryMb: input.MemorySize,
      environment,
    }),
    ...(Layers && { layers: await parts.layers.use(Layers) }),
    aws: awsFields(input, current),
  }
  const mistakes = configurationMistakes(change)
  if (mistakes.length > 0) throw invalidParameter(mistakes.join('; '))
  return change
}

/** What is kept as it was sent, over what is kept already. An empty value takes a field away. */
function awsFields(
  input: ConfigurationInput,
  { name, aws = {} }: Pick<FunctionDefinition, 'name' | 'aws'>,
): Record<string, unknown> {
  const { VpcConfig, DeadLetterConfig, SnapStart, LoggingConfig, KMSKeyArn } = input
  if (DeadLetterConfig?.TargetArn === functionArn(name)) {
    throw invalidParameter("You can't specify the function as a destination for itself.")
  }
  const fields: Record<string, unknown> = {
    ...aws,
    ...defined({
      Role: input.Role,
      Architectures: input.Architectures,
      TracingConfig: input.TracingConfig,
      EphemeralStorage: input.EphemeralStorage,
      SnapStart: SnapStart && {
        ApplyOn: SnapStart.ApplyOn ?? 'None',
        OptimizationStatus: 'Off',
      },
      LoggingConfig: LoggingConfig && {
        LogFormat: 'Text',
        LogGroup: `/aws/lambda/${name}`,
        ...(LoggingConfig.LogFormat === 'JSON' && {
          ApplicationLogLevel: 'INFO',
          SystemLogLevel: 'INFO',
        }),
        ...LoggingConfig,
      },
    }),
  }
  keepUnlessEmpty(fields, 'KMSKeyArn', KMSKeyArn)
  keepUnlessEmpty(
    fields,
    'DeadLetterConfig',
    DeadLetterConfig?.TargetArn && DeadLetterConfig,
    DeadLetterConfig,
  )
  const vpc = VpcConfig as { SubnetIds?: string[]; SecurityGroupIds?: string[] } | undefined
  const isEmpty = !vpc?.SubnetIds?.length && !vpc?.SecurityGroupIds?.length
  keepUnlessEmpty(fields, 'VpcConfig', isEmpty ? '' : { ...vpc, VpcId: '' }, vpc)
  return fields
}

function keepUnlessEmpty(
  ...[fields, name, value, given = value]: [
    fields: Record<string, unknown>,
    name: string,
    value: unknown,
    given?: unknown,
  ]
): void {
  if (given === undefined) return
  if (value) fields[name] = value
  else delete fields[name]
}

function checkRuntime(runtime: string): void {
  if (SUPPORTED.includes(runtime)) return
  if (ENDED.test(runtime)) {
    throw invalidParameter(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    )
  }
  if (OTHERS.test(runtime)) {
    throw invalidParameter(
      `The runtime ${runtime} is not available on this platform, which runs ${SUPPORTED.join(', ')}.`,
    )
  }
  throw invalidParameter(
    `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${SUPPORTED.join(', ')}] or be a valid ARN`,
  )
}

function checkEnvironment(variables: Record<string, string>): void {
  const start =
    'Lambda was unable to configure your environment variables because the environment variables you have provided'
  const reserved = Object.keys(variables).filter(isReservedVariable)
  if (reserved.length > 0) {
    throw invalidParameter(
      `${start} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    )
  }
  const measured = JSON.stringify(variables)
  if (Buffer.byteLength(measured) > MAX_ENVIRONMENT_BYTES) {
    throw invalidParameter(`${start} exceeded the 4KB limit. String measured: ${measured}`)
  }
}

function defined<T extends object>(
  fields: T,
): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<{ [K in keyof T]: Exclude<T[K], undefined> }>
}
