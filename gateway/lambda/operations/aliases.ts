import { type Static, Type } from 'typebox'
import type { Alias } from '../../../core/functions/alias.ts'
import { functionArn } from '../../../core/functions/function.ts'
import { LATEST, targetOf } from '../../../core/functions/qualifier.ts'
import { createAlias, deleteAlias, readAlias, updateAlias } from '../../functions/aliases.ts'
import { readName } from '../function-reference.ts'
import { invalidParameter } from '../lambda-error.ts'
import {
  AliasMember,
  Description,
  FunctionReference,
  Marker,
  maxItems,
  o,
  query,
  text,
} from '../members.ts'
import { operation } from '../operation.ts'
import { sliced } from '../page.ts'

const ALIASES = '/2015-03-31/functions/:FunctionName/aliases'
const Version = text('(\\$LATEST(\\.PUBLISHED)?|[0-9]+)', { minLength: 1, maxLength: 1024 })
const RoutingConfig = Type.Object({
  AdditionalVersionWeights: o(Type.Record(Type.String(), Type.Number({ minimum: 0, maximum: 1 }))),
})
const Named = { FunctionName: FunctionReference, Name: AliasMember }

const create = operation({
  name: 'CreateAlias',
  route: `POST ${ALIASES}`,
  status: 201,
  input: Type.Object({
    ...Named,
    FunctionVersion: Version,
    Description: o(Description),
    RoutingConfig: o(RoutingConfig),
  }),
  async run({ parts }, input) {
    const functionName = readName(input)
    const { Name: name, FunctionVersion: functionVersion, Description: description = '' } = input
    const weights = weightsOf(input.RoutingConfig, functionVersion)
    const alias = await createAlias(parts, functionName, {
      name,
      functionVersion,
      description,
      weights,
    })
    return aliasConfiguration(functionName, alias)
  },
})

const get = operation({
  name: 'GetAlias',
  route: `GET ${ALIASES}/:Name`,
  status: 200,
  input: Type.Object(Named),
  async run({ parts }, input) {
    const functionName = readName(input)
    return aliasConfiguration(functionName, await readAlias(parts, functionName, input.Name))
  },
})

const update = operation({
  name: 'UpdateAlias',
  route: `PUT ${ALIASES}/:Name`,
  status: 200,
  input: Type.Object({
    ...Named,
    FunctionVersion: o(Version),
    Description: o(Description),
    RoutingConfig: o(RoutingConfig),
    RevisionId: o(Type.String()),
  }),
  async run({ parts }, input) {
    const functionName = readName(input)
    const { Name: name, RevisionId: expectedRevisionId, FunctionVersion, Description } = input
    const current = await readAlias(parts, functionName, name)
    const functionVersion = FunctionVersion ?? current.functionVersion
    const weights = input.RoutingConfig
      ? weightsOf(input.RoutingConfig, functionVersion)
      : current.weights
    const change = {
      functionVersion,
      weights,
      ...(Description !== undefined && { description: Description }),
    }
    const alias = await updateAlias(parts, { functionName, name, expectedRevisionId }, change)
    return aliasConfiguration(functionName, alias)
  },
})

const list = operation({
  name: 'ListAliases',
  route: `GET ${ALIASES}`,
  status: 200,
  input: Type.Object({
    FunctionName: FunctionReference,
    FunctionVersion: o(query(Version)),
    Marker: o(Marker),
    MaxItems: o(maxItems(10_000)),
  }),
  async run({ parts }, input) {
    const functionName = readName(input)
    await parts.functions.read(functionName)
    const all = await parts.attachments.list(functionName, 'alias')
    const { FunctionVersion: version } = input
    const wanted = all
      .map(({ value }) => value)
      .filter((alias) => version === undefined || pointsAt(alias, version))
    const { items, ...rest } = sliced(wanted, input, ({ name }) => name)
    return { Aliases: items.map((alias) => aliasConfiguration(functionName, alias)), ...rest }
  },
})

const remove = operation({
  name: 'DeleteAlias',
  route: `DELETE ${ALIASES}/:Name`,
  status: 204,
  input: Type.Object(Named),
  async run({ parts }, input) {
    const functionName = readName(input)
    const all = await parts.attachments.list(functionName, 'alias')
    // One that is not there is gone already, as Lambda has it.
    if (all.some(({ qualifier }) => qualifier === input.Name)) {
      await deleteAlias(parts, functionName, input.Name)
    }
    return undefined
  },
})

function pointsAt({ functionVersion, weights }: Alias, version: string): boolean {
  return functionVersion === version || Object.hasOwn(weights, version)
}

function weightsOf(
  config: Static<typeof RoutingConfig> | undefined,
  functionVersion: string,
): Record<string, number> {
  const weights = config?.AdditionalVersionWeights ?? {}
  const versions = Object.keys(weights)
  if (versions.length > 1) {
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1')
  }
  for (const version of versions) {
    if (version === LATEST || functionVersion === LATEST) {
      throw invalidParameter(
        '$LATEST is not supported for an alias pointing to more than 1 version',
      )
    }
    if (!/^[1-9]\d{0,9}$/.test(version)) {
      throw invalidParameter(`AdditionalVersionWeights names no version: '${version}'`)
    }
    if (version === functionVersion) {
      throw invalidParameter(
        `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
      )
    }
  }
  return weights
}

function aliasConfiguration(functionName: string, alias: Alias): object {
  const { name, functionVersion, description, weights, revisionId } = alias
  return {
    AliasArn: functionArn(targetOf(functionName, name)),
    Name: name,
    FunctionVersion: functionVersion,
    Description: description,
    ...(Object.keys(weights).length > 0 && {
      RoutingConfig: { AdditionalVersionWeights: weights },
    }),
    RevisionId: revisionId,
  }
}

export const ALIAS_OPERATIONS = [create, get, update, list, remove]
