import { Type } from 'typebox'
import { functionArn } from '../../../core/functions/function.ts'
import { LATEST, targetOf } from '../../../core/functions/qualifier.ts'
import {
  listProvisioned,
  type ProvisionedConfig,
  provisionedStatus,
  putProvisioned,
  readProvisioned,
  removeProvisioned,
} from '../../functions/provisioned.ts'
import { type Qualified, type Unfit, whyUnfit } from '../../functions/unfit-provisioned.ts'
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
    // Windows stay, as scheduled actions of AWS's own scaling do: whoever sets the count here knows none.
    return shown(await putProvisioned(parts, of, { count: requested }))
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

function readQualified(
  input: { FunctionName: string; Qualifier: string },
  refusal = 'The function resource provided must be an alias or a published version.',
): Qualified {
  const { functionName, qualifier = LATEST } = readReference(input)
  if (qualifier === LATEST) throw invalidParameter(refusal)
  return { functionName, qualifier }
}

const WORDS: Readonly<Record<Unfit, string>> = {
  unpublished: UNPUBLISHED,
  'over-reserved':
    'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
  'alias-has-some': 'Version is pointed by a Provisioned Concurrency alias',
  'version-has-some':
    "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
}

/** Throws what Lambda says to more than the function may run, and to a version that would have two. */
async function refuseUnfit(parts: GatewayParts, of: Qualified, requested: number): Promise<void> {
  const unfit = await whyUnfit(parts, of, requested)
  if (unfit) throw invalidParameter(WORDS[unfit])
}

function shown(config: ProvisionedConfig): object {
  const { requested, available, allocated, lastModified } = config
  const state = provisionedStatus(config)
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: available,
    AllocatedProvisionedConcurrentExecutions: allocated,
    Status: state.status,
    ...(state.status === 'FAILED' && { StatusReason: state.statusReason }),
    // Without milliseconds, as Lambda has it here.
    LastModified: lastModified.replace(/\.\d{3}Z$/, '+0000'),
  }
}

export const PROVISIONED_OPERATIONS = [put, get, list, remove]
