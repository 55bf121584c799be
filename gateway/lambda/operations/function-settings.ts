import { Type } from 'typebox'
import { LATEST } from '../../../core/functions/qualifier.ts'
import { resolveVersion } from '../../functions/resolve-version.ts'
import {
  type FunctionReference,
  readName,
  readReference,
  referenceArn,
} from '../function-reference.ts'
import { invalidParameter } from '../lambda-error.ts'
import {
  FunctionReference as FunctionMember,
  LongFunctionReference,
  o,
  QualifierMember,
  query,
  text,
} from '../members.ts'
import { operation } from '../operation.ts'

const RUNTIME = '/2021-07-20/functions/:FunctionName/runtime-management-config'
const RECURSION = '/2024-08-31/functions/:FunctionName/recursion-config'
const SCALING = '/2025-11-30/functions/:FunctionName/function-scaling-config'

const RuntimePlace = { FunctionName: LongFunctionReference, Qualifier: o(QualifierMember) }
const RuntimeVersionArn = text(
  'arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\\d{1}::runtime:.+',
  { minLength: 26, maxLength: 2048 },
)

const putRuntime = operation({
  name: 'PutRuntimeManagementConfig',
  route: `PUT ${RUNTIME}`,
  status: 200,
  storedOnly: true,
  input: Type.Object({
    ...RuntimePlace,
    UpdateRuntimeOn: Type.Enum(['Auto', 'Manual', 'FunctionUpdate']),
    RuntimeVersionArn: o(RuntimeVersionArn),
  }),
  async run({ parts }, input) {
    const reference = readReference(input)
    const { UpdateRuntimeOn: updateRuntimeOn, RuntimeVersionArn: runtimeVersionArn } = input
    await resolveVersion(parts, reference)
    if ((updateRuntimeOn === 'Manual') !== (runtimeVersionArn !== undefined)) {
      throw invalidParameter(
        'RuntimeVersionArn goes with UpdateRuntimeOn Manual, and with no other.',
      )
    }
    const runtime = {
      updateRuntimeOn,
      ...(runtimeVersionArn !== undefined && { runtimeVersionArn }),
    }
    await parts.attachments.put({ ...placeOf(reference), kind: 'runtime' }, runtime)
    return runtimeConfig(reference, runtime)
  },
})

const getRuntime = operation({
  name: 'GetRuntimeManagementConfig',
  route: `GET ${RUNTIME}`,
  status: 200,
  input: Type.Object(RuntimePlace),
  async run({ parts }, input) {
    const reference = readReference(input)
    await resolveVersion(parts, reference)
    const found = await parts.attachments.read({ ...placeOf(reference), kind: 'runtime' })
    return runtimeConfig(reference, found)
  },
})

function runtimeConfig(
  reference: FunctionReference,
  found: { updateRuntimeOn: string; runtimeVersionArn?: string } = { updateRuntimeOn: 'Auto' },
): object {
  return {
    UpdateRuntimeOn: found.updateRuntimeOn,
    FunctionArn: referenceArn(reference),
    ...(found.runtimeVersionArn !== undefined && { RuntimeVersionArn: found.runtimeVersionArn }),
  }
}

function placeOf({ functionName, qualifier = LATEST }: FunctionReference) {
  return { functionName, qualifier }
}

const putRecursion = operation({
  name: 'PutFunctionRecursionConfig',
  route: `PUT ${RECURSION}`,
  status: 200,
  input: Type.Object({
    FunctionName: FunctionMember,
    RecursiveLoop: Type.Enum(['Allow', 'Terminate']),
  }),
  async run({ parts }, input) {
    const functionName = readName(input)
    const { RecursiveLoop: recursiveLoop } = input
    await parts.attachments.put({ functionName, kind: 'recursion' }, { recursiveLoop })
    await parts.link.announce(functionName)
    return { RecursiveLoop: recursiveLoop }
  },
})

const getRecursion = operation({
  name: 'GetFunctionRecursionConfig',
  route: `GET ${RECURSION}`,
  status: 200,
  input: Type.Object({ FunctionName: FunctionMember }),
  async run({ parts }, input) {
    const functionName = readName(input)
    await parts.functions.read(functionName)
    const found = await parts.attachments.read({ functionName, kind: 'recursion' })
    return { RecursiveLoop: found?.recursiveLoop ?? 'Terminate' }
  },
})

const ScalingPlace = {
  FunctionName: FunctionMember,
  Qualifier: query(text('(\\$LATEST\\.PUBLISHED|[0-9]+)', { minLength: 1, maxLength: 128 })),
}
const Environments = o(Type.Integer({ minimum: 0, maximum: 15_000 }))

const putScaling = operation({
  name: 'PutFunctionScalingConfig',
  route: `PUT ${SCALING}`,
  status: 202,
  storedOnly: true,
  input: Type.Object({
    ...ScalingPlace,
    FunctionScalingConfig: o(
      Type.Object({
        MinExecutionEnvironments: Environments,
        MaxExecutionEnvironments: Environments,
      }),
    ),
  }),
  async run({ parts }, input) {
    const place = scalingPlace(input)
    await parts.functions.read(place.functionName, place.qualifier)
    const { MinExecutionEnvironments: least, MaxExecutionEnvironments: most } =
      input.FunctionScalingConfig ?? {}
    if (least !== undefined && most !== undefined && least > most) {
      throw invalidParameter(
        'MinExecutionEnvironments cannot be greater than MaxExecutionEnvironments.',
      )
    }
    if (!input.FunctionScalingConfig) await parts.attachments.remove(place)
    else {
      await parts.attachments.put(place, {
        ...(least !== undefined && { minExecutionEnvironments: least }),
        ...(most !== undefined && { maxExecutionEnvironments: most }),
      })
    }
    return { FunctionState: 'Active' }
  },
})

const getScaling = operation({
  name: 'GetFunctionScalingConfig',
  route: `GET ${SCALING}`,
  status: 200,
  input: Type.Object(ScalingPlace),
  async run({ parts }, input) {
    const place = scalingPlace(input)
    const { functionName } = place
    await parts.functions.read(functionName, place.qualifier)
    const found = await parts.attachments.read(place)
    const { minExecutionEnvironments: least, maxExecutionEnvironments: most } = found ?? {}
    return {
      FunctionArn: referenceArn({ functionName, qualifier: input.Qualifier }),
      ...(found && {
        RequestedFunctionScalingConfig: {
          ...(least !== undefined && { MinExecutionEnvironments: least }),
          ...(most !== undefined && { MaxExecutionEnvironments: most }),
        },
      }),
    }
  },
})

/** `$LATEST.PUBLISHED` is kept with the current state. */
function scalingPlace(input: { FunctionName: string; Qualifier: string }) {
  const qualifier = input.Qualifier.startsWith('$') ? LATEST : input.Qualifier
  return { functionName: readName(input), qualifier, kind: 'scaling' } as const
}

const getCodeSigning = operation({
  name: 'GetFunctionCodeSigningConfig',
  route: 'GET /2020-06-30/functions/:FunctionName/code-signing-config',
  status: 200,
  input: Type.Object({ FunctionName: FunctionMember }),
  async run({ parts }, input) {
    const functionName = readName(input)
    await parts.functions.read(functionName)
    return { CodeSigningConfigArn: '', FunctionName: functionName }
  },
})

export const FUNCTION_SETTING_OPERATIONS = [
  putRuntime,
  getRuntime,
  putRecursion,
  getRecursion,
  putScaling,
  getScaling,
  getCodeSigning,
]
