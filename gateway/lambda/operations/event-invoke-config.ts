import { type Static, Type } from 'typebox'
import { HearthError } from '../../../core/errors.ts'
import type { AsyncConfiguration } from '../../../core/functions/async-configuration.ts'
import type { Attachments } from '../../../core/functions/attachment.ts'
import { functionArn } from '../../../core/functions/function.ts'
import { LATEST } from '../../../core/functions/qualifier.ts'
import { type Destination, destinationName } from '../../../core/invocations/destination.ts'
import {
  configureEvents,
  placeOf,
  removeEventConfiguration,
  type WantedEvents,
} from '../../functions/events.ts'
import { resolveVersion } from '../../functions/resolve-version.ts'
import type { GatewayParts } from '../../parts.ts'
import { destinationOf } from '../destination-arn.ts'
import { epochSeconds } from '../function-configuration.ts'
import { type FunctionReference, readName, readReference } from '../function-reference.ts'
import { invalidParameter, LambdaError } from '../lambda-error.ts'
import { LongFunctionReference, Marker, maxItems, o, QualifierMember, text } from '../members.ts'
import { operation } from '../operation.ts'
import { sliced } from '../page.ts'

const PATH = '/2019-09-25/functions/:FunctionName/event-invoke-config'
const Place = { FunctionName: LongFunctionReference, Qualifier: o(QualifierMember) }
const End = Type.Object({
  Destination: o(
    text(
      '$|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)',
      {
        maxLength: 350,
      },
    ),
  ),
})
const Wanted = Type.Object({
  ...Place,
  MaximumRetryAttempts: o(Type.Integer({ minimum: 0, maximum: 2 })),
  MaximumEventAgeInSeconds: o(Type.Integer({ minimum: 60, maximum: 21_600 })),
  DestinationConfig: o(Type.Object({ OnSuccess: o(End), OnFailure: o(End) })),
})
type Wanted = Static<typeof Wanted>
/** As a caller set it; see Attachments. */
type AsSet = NonNullable<Attachments['async']['asSet']>

const put = operation({
  name: 'PutFunctionEventInvokeConfig',
  route: `PUT ${PATH}`,
  status: 200,
  input: Wanted,
  async run({ parts }, input) {
    const wanted = given(input)
    return set(parts, readReference(input), () => wanted)
  },
})

const update = operation({
  name: 'UpdateFunctionEventInvokeConfig',
  route: `POST ${PATH}`,
  status: 200,
  input: Wanted,
  async run({ parts }, input) {
    const reference = readReference(input)
    const wanted = given(input)
    await read(parts, reference)
    return set(parts, reference, (known) => {
      if (!known) throw missing(reference)
      return { ...shownAsSet(known), ...wanted }
    })
  },
})

const get = operation({
  name: 'GetFunctionEventInvokeConfig',
  route: `GET ${PATH}`,
  status: 200,
  input: Type.Object(Place),
  async run({ parts }, input) {
    const reference = readReference(input)
    return shown(reference, await read(parts, reference))
  },
})

const remove = operation({
  name: 'DeleteFunctionEventInvokeConfig',
  route: `DELETE ${PATH}`,
  status: 204,
  input: Type.Object(Place),
  async run({ parts }, input) {
    const reference = readReference(input)
    await resolveVersion(parts, reference)
    if (!(await removeEventConfiguration(parts, reference))) throw missing(reference)
    return undefined
  },
})

const list = operation({
  name: 'ListFunctionEventInvokeConfigs',
  route: `GET ${PATH}/list`,
  status: 200,
  input: Type.Object({
    FunctionName: LongFunctionReference,
    Marker: o(Marker),
    MaxItems: o(maxItems(50)),
  }),
  async run({ parts }, input) {
    const functionName = readName(input)
    await parts.functions.read(functionName)
    const all = await parts.attachments.list(functionName, 'async')
    const { items, ...rest } = sliced(all, input, ({ qualifier }) => qualifier)
    const configs = items.map(({ qualifier, value }) => shown({ functionName, qualifier }, value))
    return { FunctionEventInvokeConfigs: configs, ...rest }
  },
})

/** What a request sets. An empty destination takes one away. */
function given(input: Wanted): AsSet {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = input
  if ((MaximumRetryAttempts ?? MaximumEventAgeInSeconds ?? DestinationConfig) === undefined) {
    throw invalidParameter(
      'You must specify at least one of error handling or destination setting.',
    )
  }
  return {
    ...(MaximumRetryAttempts !== undefined && { MaximumRetryAttempts }),
    ...(MaximumEventAgeInSeconds !== undefined && { MaximumEventAgeInSeconds }),
    ...(DestinationConfig && {
      OnSuccess: DestinationConfig.OnSuccess?.Destination ?? '',
      OnFailure: DestinationConfig.OnFailure?.Destination ?? '',
    }),
  }
}

/** What was set over REST, and has no ARN, stays as it is where it is not set anew. */
async function set(
  parts: GatewayParts,
  reference: FunctionReference,
  wish: (known: Known) => AsSet,
): Promise<object> {
  const { functionName } = reference
  await resolveVersion(parts, reference)
  const wanted = (known: Known) => wantedEvents(parts, { functionName, asSet: wish(known), known })
  return shown(reference, await configureEvents(parts, reference, wanted))
}

type Known = Attachments['async'] | undefined

async function wantedEvents(
  parts: GatewayParts,
  { functionName, asSet, known }: { functionName: string; asSet: AsSet; known: Known },
): Promise<WantedEvents> {
  const wanted: Partial<AsyncConfiguration> & { asSet: AsSet } = { asSet }
  if (asSet.MaximumRetryAttempts !== undefined) {
    wanted.maximumRetryAttempts = asSet.MaximumRetryAttempts
  }
  if (asSet.MaximumEventAgeInSeconds !== undefined) {
    wanted.maximumEventAgeSeconds = asSet.MaximumEventAgeInSeconds
  }
  for (const [end, field] of ENDS) {
    const arn = asSet[end]
    if (!arn) continue
    const before = known?.[field]
    const stays = before && known && shownAsSet(known)[end] === arn
    wanted[field] = stays ? before : await destinationAt(parts, { arn, end, functionName })
  }
  return wanted
}

/** Throws InvalidParameterValueException also where it leads to a function that is not there. */
async function destinationAt(
  parts: GatewayParts,
  of: Parameters<typeof destinationOf>[0],
): Promise<Destination> {
  const destination = destinationOf(of)
  if (destination.type !== 'function') return destination
  try {
    await resolveVersion(parts, readReference({ FunctionName: of.arn }))
  } catch (error) {
    const isMissing = error instanceof HearthError && error.code === 'FunctionNotFound'
    if (!isMissing) throw error
    throw invalidParameter(
      `The destination ARN ${of.arn} is invalid: there is no such function.`,
      error,
    )
  }
  return destination
}

const ENDS = [
  ['OnSuccess', 'onSuccess'],
  ['OnFailure', 'onFailure'],
] as const

async function read(
  parts: GatewayParts,
  reference: FunctionReference,
): Promise<Attachments['async']> {
  const found = await parts.attachments.read(placeOf(reference))
  if (found) return found
  await resolveVersion(parts, reference)
  throw missing(reference)
}

/** What was set over REST is shown whole. */
function shownAsSet(known: Attachments['async']): AsSet {
  const { asSet, maximumRetryAttempts, maximumEventAgeSeconds, onSuccess, onFailure } = known
  if (asSet) return asSet
  return {
    MaximumRetryAttempts: maximumRetryAttempts,
    MaximumEventAgeInSeconds: maximumEventAgeSeconds,
    OnSuccess: onSuccess ? destinationName(onSuccess) : '',
    OnFailure: onFailure ? destinationName(onFailure) : '',
  }
}

function shown(reference: FunctionReference, known: Attachments['async']): object {
  const { OnSuccess, OnFailure, ...rest } = shownAsSet(known)
  return {
    LastModified: epochSeconds(known.lastModified),
    FunctionArn: qualifiedArn(reference),
    ...rest,
    DestinationConfig: {
      OnSuccess: OnSuccess ? { Destination: OnSuccess } : {},
      OnFailure: OnFailure ? { Destination: OnFailure } : {},
    },
  }
}

function qualifiedArn({ functionName, qualifier = LATEST }: FunctionReference): string {
  return functionArn(`${functionName}:${qualifier}`)
}

function missing(reference: FunctionReference): LambdaError {
  return new LambdaError(
    'ResourceNotFoundException',
    `The function ${qualifiedArn(reference)} doesn't have an EventInvokeConfig`,
  )
}

export const EVENT_INVOKE_CONFIG_OPERATIONS = [put, update, get, remove, list]
