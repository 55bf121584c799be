import { Type } from 'typebox'
import type { Alias } from '../../../core/functions/alias.ts'
import { functionArn } from '../../../core/functions/function.ts'
import { isAliasName, LATEST, targetOf } from '../../../core/functions/qualifier.ts'
import {
  listProvisioned,
  type ProvisionedConfig,
  putProvisioned,
  readProvisioned,
  removeProvisioned,
} from '../../functions/provisioned.ts'
import type { GatewayParts } from '../../parts.ts'
import { readName, readReference } from '../function-reference.ts'
import { invalidParameter, LambdaError } from '../lambda-error.ts'
import { FunctionReference, Marker, maxItems, o, QualifierMember } from '../members.ts'
import { operation } from '../operation.ts'
import { sliced } from '../page.ts'

const ROUTE = '/2019-09-30/functions/:FunctionName/provisioned-concurrency'
const Named = { FunctionName: FunctionReference, Qualifier: QualifierMember }
const UNPUBLISHED =
  'Provisioned Concurrency Configs cannot be applied to unpublished function versions.'

const put = operation({
  name: 'PutProvisionedConcurrencyConfig',
  route: `PUT ${ROUTE}`,
  status: 202,
  input: Type.Object({
    ...Named,
    ProvisionedConcurrentExecutions: Type.Integer({ minimum: 1 }),
  }),
  async run({ parts }, input) {
    const of = readQualified(input, UNPUBLISHED)
    const { ProvisionedConcurrentExecutions: requested } = input
    await refuseUnfit(parts, of, requested)
    return shown(await putProvisioned(parts, of, requested))
  },
})

const get = operation({
  name: 'GetProvisionedConcurrencyConfig',
  route: `GET ${ROUTE}`,
  status: 200,
  input: Type.Object(Named),
  async run({ parts }, input) {
    const config = await readProvisioned(parts, readQualified(input))
    if (config) return shown(config)
    throw new LambdaError(
      'ProvisionedConcurrencyConfigNotFoundException',
      'No Provisioned Concurrency Config found for this function',
    )
  },
})

const list = operation({
  name: 'ListProvisionedConcurrencyConfigs',
  route: `GET ${ROUTE}`,
  when: { List: 'ALL' },
  status: 200,
  input: Type.Object({
    FunctionName: FunctionReference,
    Marker: o(Marker),
    MaxItems: o(maxItems(50)),
  }),
  async run({ parts }, input) {
    const functionName = readName(input)
    const configs = await listProvisioned(parts, functionName)
    const { items, ...rest } = sliced(configs, input, ({ qualifier }) => qualifier)
    return {
      ProvisionedConcurrencyConfigs: items.map((config) => ({
        FunctionArn: functionArn(targetOf(functionName, config.qualifier)),
        ...shown(config),
      })),
      ...rest,
    }
  },
})

const remove = operation({
  name: 'DeleteProvisionedConcurrencyConfig',
  route: `DELETE ${ROUTE}`,
  status: 204,
  input: Type.Object(Named),
  async run({ parts }, input) {
    await removeProvisioned(parts, readQualified(input))
    return undefined
  },
})

interface Qualified {
  functionName: string
  qualifier: string
}

function readQualified(
  input: { FunctionName: string; Qualifier: string },
  refusal = 'The function resource provided must be an alias or a published version.',
): Qualified {
  const { functionName, qualifier = LATEST } = readReference(input)
  if (qualifier === LATEST) throw invalidParameter(refusal)
  return { functionName, qualifier }
}

/** Throws what Lambda says to more than the function may run, and to a version that would have two. */
async function refuseUnfit(
  parts: GatewayParts,
  { functionName, qualifier }: Qualified,
  requested: number,
): Promise<void> {
  const { reservedConcurrency } = await parts.functions.read(functionName)
  if (reservedConcurrency !== null && requested > reservedConcurrency) {
    throw invalidParameter(
      'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
    )
  }
  const attached = await parts.attachments.all(functionName)
  const provisioned = new Set(
    attached.flatMap((one) => (one.kind === 'provisioned' ? [one.qualifier] : [])),
  )
  const aliases = attached.flatMap((one) => (one.kind === 'alias' ? [one.value] : []))
  if (!isAliasName(qualifier)) {
    const other = aliases.find((one) => provisioned.has(one.name) && pointsAt(one, qualifier))
    if (other) throw invalidParameter('Version is pointed by a Provisioned Concurrency alias')
    return
  }
  const alias = aliases.find(({ name }) => name === qualifier)
  if (!alias) return
  if (pointsAt(alias, LATEST)) throw invalidParameter(UNPUBLISHED)
  if ([...provisioned].some((one) => pointsAt(alias, one))) {
    throw invalidParameter(
      "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    )
  }
}

function pointsAt({ functionVersion, weights }: Alias, version: string): boolean {
  return functionVersion === version || Object.hasOwn(weights, version)
}

function shown(config: ProvisionedConfig): object {
  const { requested, available, allocated, lastModified, reason } = config
  const isReady = available >= requested
  const hasFailed = !isReady && reason !== undefined
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: available,
    AllocatedProvisionedConcurrentExecutions: allocated,
    Status: isReady ? 'READY' : hasFailed ? 'FAILED' : 'IN_PROGRESS',
    ...(hasFailed && { StatusReason: reason }),
    // Without milliseconds, as Lambda has it here.
    LastModified: lastModified.replace(/\.\d{3}Z$/, '+0000'),
  }
}

export const PROVISIONED_OPERATIONS = [put, get, list, remove]
