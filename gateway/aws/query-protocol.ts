import { XMLBuilder } from 'fast-xml-parser'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { AwsError, type CommonErrors } from './aws-error.ts'
import { inputMistakes } from './input-check.ts'
import { type Call, find, type Operations } from './operation.ts'
import type { Protocol, ServiceAnswer, ServiceRequest } from './service-routes.ts'

const COMMON: CommonErrors = {
  validation: 'ValidationError',
  accessDenied: 'AccessDenied',
  limit: { code: 'LimitExceeded', status: 409 },
  conflict: { code: 'ConcurrentModification', status: 409 },
  throttling: 'Throttling',
  unavailable: 'ServiceUnavailable',
  internal: 'InternalFailure',
}

const FIELDS_MAX = 1000
const LIST_MAX = 1000
const DEPTH_MAX = 6

const xml = new XMLBuilder({ ignoreAttributes: false })

/**
 * AWS's query protocol: a form with `Action` and the operation's members, answered in XML.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function queryProtocol(namespace: string, operations: Operations): Protocol {
  return {
    common: COMMON,
    answer: (request, call) => answer({ namespace, operations }, request, call),
    error(error, requestId) {
      const Type = error.status >= 500 ? 'Receiver' : 'Sender'
      const detail = { Type, Code: error.code, Message: error.message }
      const root = { '@_xmlns': namespace, Error: detail, RequestId: requestId }
      return { ...document({ ErrorResponse: root }, error.status), errorCode: error.code }
    },
  }
}

async function answer(
  { namespace, operations }: { namespace: string; operations: Operations },
  request: ServiceRequest,
  call: Call,
): Promise<ServiceAnswer> {
  const form = formOf(request)
  const name = form.get('Action') ?? ''
  const operation = find(operations, name)
  if (!operation) throw unknownAction(name)
  call.requireAllowed(name)
  form.delete('Action')
  form.delete('Version')
  // All of a form is text; the schema says what is a number or a truth value.
  const input = Value.Convert(operation.input, withEmptyLists(operation.input, readForm(form)))
  const mistakes = inputMistakes(operation.input, input)
  if (mistakes !== undefined) throw new AwsError(COMMON.validation, mistakes)
  const output = await operation.run(input as never, call)
  const result = output === undefined ? {} : { [`${name}Result`]: members(output) }
  const root = {
    '@_xmlns': namespace,
    ...result,
    ResponseMetadata: { RequestId: call.requestId },
  }
  return document({ [`${name}Response`]: root }, 200)
}

/** An empty list is sent as `Tags=`. */
function withEmptyLists(schema: TSchema, input: unknown): unknown {
  const members = (schema as { properties?: Record<string, { type?: string }> }).properties ?? {}
  const isEmptyList = ([name, value]: [string, unknown]) =>
    value === '' && Object.hasOwn(members, name) && members[name]?.type === 'array'
  const entries = Object.entries(input as object)
  return Object.fromEntries(entries.map((one) => (isEmptyList(one) ? [one[0], []] : one)))
}

/** Of the body; of the query where the request is signed in its address. */
function formOf({ url, body }: ServiceRequest): URLSearchParams {
  const query = new URLSearchParams(url.split('?', 2)[1] ?? '')
  const form = new URLSearchParams(body.toString())
  if (form.has('Action') || !query.has('Action')) return form
  for (const name of [...query.keys()]) if (name.startsWith('X-Amz-')) query.delete(name)
  return query
}

type Node = Map<string, Node | string>

/** `Tags.member.2.Key=a` is the Key of the second of Tags. Throws AwsError. */
export function readForm(form: URLSearchParams): unknown {
  if (form.size > FIELDS_MAX) throw malformed(`it has more than ${FIELDS_MAX} members`)
  const root: Node = new Map()
  for (const [name, value] of form) {
    const steps = name.split('.')
    const last = steps.pop() ?? ''
    if (steps.length > DEPTH_MAX) throw malformed(`member '${name.slice(0, 100)}' is too deep`)
    let node = root
    for (const step of steps) {
      const inner = node.get(step) ?? new Map()
      if (typeof inner === 'string') throw malformed(`member '${name.slice(0, 100)}' is two things`)
      node.set(step, inner)
      node = inner
    }
    if (node.has(last)) throw malformed(`member '${name.slice(0, 100)}' is there twice`)
    node.set(last, value)
  }
  return plain(root)
}

function plain(node: Node | string): unknown {
  if (typeof node === 'string') return node
  const list = node.get('member')
  if (node.size === 1 && list instanceof Map) return listOf(list)
  return Object.fromEntries([...node].map(([name, inner]) => [name, plain(inner)]))
}

function listOf(node: Node): unknown[] {
  const indexes = [...node.keys()].map(Number).sort((a, b) => a - b)
  if (indexes.some((index, at) => index !== at + 1) || indexes.length > LIST_MAX) {
    throw malformed('the members of a list are numbered from 1, without gaps')
  }
  return indexes.map((index) => plain(node.get(String(index)) as Node | string))
}

/** Lists have their items as `member`. */
function members(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? '' : { member: value.map(members) }
  if (value instanceof Date) return value.toISOString().replace(/\.\d{3}Z$/, 'Z')
  if (typeof value !== 'object' || value === null) return value
  const set = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(set.map(([name, inner]) => [name, members(inner)]))
}

function document(root: object, status: number): ServiceAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${xml.build(root)}`
  return { status, contentType: 'text/xml; charset=utf-8', body }
}

function unknownAction(name: string): AwsError {
  if (name === '') return new AwsError('MissingAction', 'The request names no Action.')
  const shown = name.replace(/[^\w.-]/g, '?').slice(0, 100)
  return new AwsError('InvalidAction', `The action ${shown} is not supported by this platform.`)
}

function malformed(reason: string): AwsError {
  return new AwsError('MalformedQueryString', `The form is not valid: ${reason}.`)
}
