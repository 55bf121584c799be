import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Cors, type FunctionUrl } from '../../../core/functions/attachment.ts'
import { functionArn } from '../../../core/functions/function.ts'
import { isAliasName, targetOf } from '../../../core/functions/qualifier.ts'
import type { Qualified } from '../../functions/events.ts'
import { createUrl, deleteUrl, readUrl, updateUrl, urlText } from '../../functions/urls.ts'
import { readName, readReference } from '../function-reference.ts'
import { LambdaError } from '../lambda-error.ts'
import { FunctionReference, Marker, maxItems, o, query, text } from '../members.ts'
import { type OperationCall, operation } from '../operation.ts'
import { sliced } from '../page.ts'

const URL = '/2021-10-31/functions/:FunctionName/url'
const ALIAS_PATTERN = '((?!^\\d+$)^[0-9a-zA-Z-_]+$)'

const Of = {
  FunctionName: FunctionReference,
  Qualifier: o(query(text(ALIAS_PATTERN, { minLength: 1, maxLength: 128 }))),
}
const AuthType = Type.Enum(['NONE', 'AWS_IAM'])
const Settings = {
  InvokeMode: o(Type.Enum(['BUFFERED', 'RESPONSE_STREAM'])),
  Cors: o(Type.Object(Cors.properties)),
}

const create = operation({
  name: 'CreateFunctionUrlConfig',
  route: `POST ${URL}`,
  status: 201,
  input: Type.Object({ ...Of, AuthType, ...Settings }),
  async run(call, input) {
    const of = ownerOf(input)
    const { AuthType: authType, InvokeMode: invokeMode = 'BUFFERED', Cors: cors } = input
    const url = await createUrl(call.parts, of, { authType, invokeMode, cors: knownOf(cors) })
    const { LastModifiedTime: _none, ...answer } = urlConfig(call, of, url)
    return answer
  },
})

const update = operation({
  name: 'UpdateFunctionUrlConfig',
  route: `PUT ${URL}`,
  status: 200,
  input: Type.Object({ ...Of, AuthType: o(AuthType), ...Settings }),
  async run(call, input) {
    const of = ownerOf(input)
    const { AuthType: authType, InvokeMode: invokeMode, Cors: cors } = input
    const url = await updateUrl(call.parts, of, { authType, invokeMode, cors: knownOf(cors) })
    return urlConfig(call, of, url)
  },
})

const get = operation({
  name: 'GetFunctionUrlConfig',
  route: `GET ${URL}`,
  status: 200,
  input: Type.Object(Of),
  async run(call, input) {
    const of = ownerOf(input)
    return urlConfig(call, of, await readUrl(call.parts, of))
  },
})

const remove = operation({
  name: 'DeleteFunctionUrlConfig',
  route: `DELETE ${URL}`,
  status: 204,
  input: Type.Object(Of),
  async run({ parts }, input) {
    await deleteUrl(parts, ownerOf(input))
    return undefined
  },
})

const list = operation({
  name: 'ListFunctionUrlConfigs',
  route: `GET ${URL}s`,
  status: 200,
  input: Type.Object({
    FunctionName: FunctionReference,
    Marker: o(Marker),
    MaxItems: o(maxItems(50)),
  }),
  async run(call, input) {
    const functionName = readName(input)
    await call.parts.functions.read(functionName)
    const all = await call.parts.attachments.list(functionName, 'url')
    const { items, ...rest } = sliced(all, input, ({ value }) => value.urlId)
    const configs = items.map(({ qualifier, value }) =>
      urlConfig(call, { functionName, qualifier }, value),
    )
    return { FunctionUrlConfigs: configs, ...rest }
  },
})

/** The current state, or an alias: a version has no address of its own. */
function ownerOf(input: { FunctionName: string; Qualifier?: string }): Qualified {
  const { functionName, qualifier } = readReference(input)
  if (qualifier === undefined || isAliasName(qualifier)) return { functionName, qualifier }
  throw new LambdaError(
    'ValidationException',
    `1 validation error detected: Value '${qualifier}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ${ALIAS_PATTERN}`,
  )
}

/** As on Lambda, members that nobody knows are passed over. */
function knownOf(cors: Cors | undefined): Cors | undefined {
  return cors && (Value.Clean(Cors, cors) as Cors)
}

function urlConfig({ request }: OperationCall, of: Qualified, url: FunctionUrl) {
  const { authType, cors, createdAt, lastModified, invokeMode } = url
  return {
    FunctionUrl: urlText(url, request.headers.host),
    FunctionArn: functionArn(targetOf(of.functionName, of.qualifier)),
    AuthType: authType,
    ...(cors && { Cors: cors }),
    CreationTime: createdAt,
    LastModifiedTime: lastModified,
    InvokeMode: invokeMode,
  }
}

export const FUNCTION_URL_OPERATIONS = [create, update, get, remove, list]
