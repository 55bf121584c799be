import { type FunctionDefinition, REGION } from '../../core/functions/function.ts'
import { type FunctionReference, referenceArn } from './function-reference.ts'

/** What a function has besides its definition while Lambda would still be at work on it. */
export type Progress = 'created' | 'updated' | 'done'

/** As `2026-03-31T09:30:00.000+0000`. */
export function lambdaTime(iso: string): string {
  return iso.replace(/Z$/, '+0000')
}

/** Seconds since 1970, as event source mappings and asynchronous configurations have their times. */
export function epochSeconds(iso: string): number {
  return Date.parse(iso) / 1000
}

/** A FunctionConfiguration: a state of a function as Lambda shows it, with all of its defaults. */
export function functionConfiguration(
  definition: FunctionDefinition,
  options: { as?: FunctionReference; progress?: Progress } = {},
): object {
  const { name, environment, layers, aws = {} } = definition
  const { as: reference, progress = 'done' } = options
  return {
    FunctionName: name,
    FunctionArn: reference ? referenceArn(reference) : definition.arn,
    Runtime: definition.runtime,
    Handler: definition.handler,
    CodeSize: definition.codeSize,
    Description: definition.description,
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMb,
    LastModified: lambdaTime(definition.lastModified),
    CodeSha256: definition.codeSha256,
    Version: definition.version,
    ...(Object.keys(environment).length > 0 && { Environment: { Variables: environment } }),
    ...(layers.length > 0 && {
      Layers: layers.map(({ arn, codeSize }) => ({ Arn: arn, CodeSize: codeSize })),
    }),
    RevisionId: definition.revisionId,
    PackageType: 'Zip',
    ...defaultsOf(definition),
    ...aws,
    ...stateOf(progress),
  }
}

function defaultsOf({ name, runtime }: FunctionDefinition): object {
  return {
    Role: `arn:aws:iam::000000000000:role/${name}`,
    TracingConfig: { Mode: 'PassThrough' },
    Architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${name}` },
    RuntimeVersionConfig: {
      RuntimeVersionArn: `arn:aws:lambda:${REGION}::runtime:${runtime.replace(/\W/g, '-')}`,
    },
  }
}

/**
 * A deployment answers when it is served everywhere; what Lambda would still have to do is said in
 * the answer alone, and the next look finds it done.
 */
function stateOf(progress: Progress): object {
  if (progress === 'created') {
    return {
      State: 'Pending',
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating',
    }
  }
  if (progress === 'updated') {
    return {
      State: 'Active',
      LastUpdateStatus: 'InProgress',
      LastUpdateStatusReason: 'The function is being created.',
      LastUpdateStatusReasonCode: 'Creating',
    }
  }
  return { State: 'Active', LastUpdateStatus: 'Successful' }
}
