import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import { HearthError } from '../../../core/errors.ts'
import {
  DEFAULT_CONFIGURATION,
  type FunctionDefinition,
  functionArn,
} from '../../../core/functions/function.ts'
import { isAliasName, isVersionNumber, LATEST } from '../../../core/functions/qualifier.ts'
import { CODE_BODY_BYTES } from '../../code-upload.ts'
import { deleteFunction, deployChange, deployNew, requireRevision } from '../../deployment.ts'
import { resolveVersion } from '../../functions/resolve-version.ts'
import { deleteVersion } from '../../functions/versions.ts'
import type { GatewayParts } from '../../parts.ts'
import { packageLink, storePackage } from '../code-package.ts'
import { CONFIGURATION_MEMBERS, changeOf } from '../configuration-input.ts'
import { functionConfiguration } from '../function-configuration.ts'
import { readName, readReference } from '../function-reference.ts'
import { invalidParameter } from '../lambda-error.ts'
import {
  Description,
  FunctionReference,
  LongFunctionReference,
  Marker,
  maxItems,
  o,
  QualifierMember,
  query,
  RoleArn,
  text,
} from '../members.ts'
import { type OperationCall, operation } from '../operation.ts'
import { pageOf } from '../page.ts'
import { checkTags, Tags } from '../tags.ts'

const FUNCTIONS = '/2015-03-31/functions'
const Architectures = Type.Array(Type.Enum(['x86_64', 'arm64']), { minItems: 1, maxItems: 1 })
const Code = {
  ZipFile: o(Type.String()),
  S3Bucket: o(text('[0-9A-Za-z\\.\\-_]*(?<!\\.)', { minLength: 3, maxLength: 63 })),
  S3Key: o(Type.String({ minLength: 1, maxLength: 1024 })),
  S3ObjectVersion: o(Type.String({ minLength: 1, maxLength: 1024 })),
  ImageUri: o(Type.String()),
}

const createFunction = operation({
  name: 'CreateFunction',
  route: `POST ${FUNCTIONS}`,
  status: 201,
  bodyLimit: CODE_BODY_BYTES,
  input: Type.Object({
    FunctionName: FunctionReference,
    Role: RoleArn,
    Code: Type.Object(Code),
    ...CONFIGURATION_MEMBERS,
    Publish: o(Type.Boolean()),
    PackageType: o(Type.Enum(['Image', 'Zip'])),
    Architectures: o(Architectures),
    Tags: o(Tags),
  }),
  async run({ parts, request }, input) {
    const name = readName(input)
    const asked = { action: 'lambda:CreateFunction', resource: functionArn(name) }
    request.caller?.requireAllowed(asked)
    const { Code: code, Publish: publish, PackageType, Tags: tags = {} } = input
    if (PackageType === 'Image') {
      throw invalidParameter('Container images are not supported; send a .zip of the function.')
    }
    if (input.Runtime === undefined || input.Handler === undefined) {
      throw invalidParameter(
        'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
      )
    }
    checkTags(tags)
    const change = await changeOf(parts, input, { name })
    const now = new Date().toISOString()
    const definition: FunctionDefinition = {
      name,
      arn: functionArn(name),
      ...DEFAULT_CONFIGURATION,
      ...change,
      tags,
      ...(await storePackage(parts, code)),
      version: LATEST,
      state: 'Active',
      revisionId: randomUUID(),
      createdAt: now,
      lastModified: now,
    }
    const created = await deployNew(parts, definition, { publish })
    request.log.info({ functionName: name }, 'Function created')
    return functionConfiguration(created, { progress: 'created' })
  },
})

const getFunction = operation({
  name: 'GetFunction',
  route: `GET ${FUNCTIONS}/:FunctionName`,
  status: 200,
  input: Type.Object({ FunctionName: LongFunctionReference, Qualifier: o(QualifierMember) }),
  async run(call, input) {
    const { parts } = call
    const reference = readReference(input)
    const found = await resolveVersion(parts, reference)
    const latest = found.version === LATEST ? found : await parts.functions.read(found.name)
    const { reservedConcurrency, tags } = latest
    return {
      Configuration: functionConfiguration(found, { as: reference }),
      Code: { RepositoryType: 'S3', Location: locationOf(call, found.codeSha256) },
      ...(Object.keys(tags).length > 0 && { Tags: tags }),
      ...(reservedConcurrency !== null && {
        Concurrency: { ReservedConcurrentExecutions: reservedConcurrency },
      }),
    }
  },
})

function locationOf({ parts, request }: OperationCall, codeSha256: string): string {
  const { host = 'localhost' } = request.headers
  return `http://${host}${packageLink(parts.webhookToken, codeSha256)}`
}

const getFunctionConfiguration = operation({
  name: 'GetFunctionConfiguration',
  route: `GET ${FUNCTIONS}/:FunctionName/configuration`,
  status: 200,
  input: Type.Object({ FunctionName: LongFunctionReference, Qualifier: o(QualifierMember) }),
  async run({ parts }, input) {
    const reference = readReference(input)
    return functionConfiguration(await resolveVersion(parts, reference), { as: reference })
  },
})

const listFunctions = operation({
  name: 'ListFunctions',
  route: `GET ${FUNCTIONS}`,
  status: 200,
  input: Type.Object({
    MasterRegion: o(query(Type.String())),
    FunctionVersion: o(query(Type.Enum(['ALL']))),
    Marker: o(Marker),
    MaxItems: o(maxItems(10_000)),
  }),
  async run({ parts }, input) {
    const page = await parts.functions.list(pageOf(input))
    const all = await Promise.all(
      page.functions.map(async (latest) => {
        if (input.FunctionVersion !== 'ALL') return [functionConfiguration(latest)]
        const { versions } = await parts.functions.listVersions(latest.name, { limit: 10_000 })
        const own = { functionName: latest.name, qualifier: LATEST }
        return [
          functionConfiguration(latest, { as: own }),
          ...versions.map((version) => functionConfiguration(version)),
        ]
      }),
    )
    return { Functions: all.flat(), ...(page.cursor !== undefined && { NextMarker: page.cursor }) }
  },
})

const updateFunctionCode = operation({
  name: 'UpdateFunctionCode',
  route: `PUT ${FUNCTIONS}/:FunctionName/code`,
  status: 200,
  bodyLimit: CODE_BODY_BYTES,
  input: Type.Object({
    FunctionName: FunctionReference,
    ...Code,
    Publish: o(Type.Boolean()),
    DryRun: o(Type.Boolean()),
    RevisionId: o(Type.String()),
    Architectures: o(Architectures),
  }),
  async run({ parts, request }, input) {
    const name = readName(input)
    const { RevisionId: expectedRevisionId, Publish: publish, DryRun, Architectures } = input
    const current = await parts.functions.read(name)
    requireRevision(current, expectedRevisionId)
    if (input.ImageUri !== undefined) {
      throw invalidParameter(
        "Please don't provide ImageUri when updating a function with packageType Zip.",
      )
    }
    const stored = await storePackage(parts, input)
    const change = ({ aws }: FunctionDefinition) => ({
      ...stored,
      ...(Architectures && { aws: { ...aws, Architectures } }),
    })
    if (DryRun) return functionConfiguration({ ...current, ...change(current) })
    const changed = await deployChange(parts, { name, expectedRevisionId, publish }, change)
    request.log.info({ functionName: name }, 'Function has new code')
    return functionConfiguration(changed, { progress: 'updated' })
  },
})

const updateFunctionConfiguration = operation({
  name: 'UpdateFunctionConfiguration',
  route: `PUT ${FUNCTIONS}/:FunctionName/configuration`,
  status: 200,
  input: Type.Object({
    FunctionName: FunctionReference,
    ...CONFIGURATION_MEMBERS,
    Role: o(RoleArn),
    Description: o(Description),
    RevisionId: o(Type.String()),
  }),
  async run({ parts, request }, input) {
    const name = readName(input)
    const expectedRevisionId = input.RevisionId
    const current = await parts.functions.read(name)
    requireRevision(current, expectedRevisionId)
    const change = (known: FunctionDefinition) => changeOf(parts, input, known)
    const changed = await deployChange(parts, { name, expectedRevisionId }, change)
    request.log.info({ functionName: name }, 'Function configured')
    return functionConfiguration(changed, { progress: 'updated' })
  },
})

const deleteFunctionOperation = operation({
  name: 'DeleteFunction',
  route: `DELETE ${FUNCTIONS}/:FunctionName`,
  // The model says 200; what Lambda answers is 204, with no body.
  status: 204,
  input: Type.Object({ FunctionName: LongFunctionReference, Qualifier: o(QualifierMember) }),
  async run({ parts, request }, input) {
    const { functionName, qualifier } = readReference(input)
    if (isAliasName(qualifier)) {
      throw invalidParameter('Deletion of aliases is not currently supported.')
    }
    if (qualifier === undefined) await deleteFunction(parts, functionName)
    else if (isVersionNumber(qualifier)) await deleteOneVersion(parts, functionName, qualifier)
    else throw invalidParameter('$LATEST version cannot be deleted without deleting the function.')
    request.log.info({ functionName, qualifier }, 'Function deleted')
    return undefined
  },
})

/** One that is not there counts as deleted: Lambda answers so, unless there is no such function. */
async function deleteOneVersion(parts: GatewayParts, name: string, version: string): Promise<void> {
  await parts.functions.read(name)
  try {
    await deleteVersion(parts, name, version)
  } catch (error) {
    if (!(error instanceof HearthError && error.code === 'FunctionNotFound')) throw error
  }
}

export const FUNCTION_OPERATIONS = [
  createFunction,
  getFunction,
  getFunctionConfiguration,
  listFunctions,
  updateFunctionCode,
  updateFunctionConfiguration,
  deleteFunctionOperation,
]
