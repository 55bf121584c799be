import { AwsError } from './aws-error.ts'
import { inputOf, JSON_ERRORS, run } from './json-protocol.ts'
import { find, type Operations } from './operation.ts'
import type { Protocol, ServiceRequest } from './service-routes.ts'

/** Method and path of each operation; `{Name}` is a member of its input. */
export interface RestOperation {
  name: string
  method: string
  path: string
  /** Member → its name in the query. */
  query?: Readonly<Record<string, string>>
}

interface RestService {
  routes: readonly RestOperation[]
  operations: Operations
}

/**
 * AWS's REST JSON 1: method and path say which operation is meant.
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export function restJsonProtocol(service: RestService): Protocol {
  return {
    common: {
      ...JSON_ERRORS,
      limit: { code: 'ServiceQuotaExceededException', status: 402 },
      conflict: { code: 'ConflictException', status: 409 },
      internal: 'InternalServerException',
    },
    async answer(request, call) {
      const { route, labels } = routeOf(service.routes, request)
      const operation = route && find(service.operations, route.name)
      if (!route || !operation) throw unknownOperation(request, route)
      call.requireAllowed(route.name)
      const input = { ...inputOf(request.body), ...queryOf(request.url, route.query), ...labels }
      const output = await run(operation, input, call)
      return { status: 200, contentType: 'application/json', body: JSON.stringify(output ?? {}) }
    },
    error: ({ code, message, status }) => ({
      status,
      contentType: 'application/json',
      errorCode: code,
      body: JSON.stringify({ Message: message }),
    }),
  }
}

function routeOf(routes: readonly RestOperation[], { method, url }: ServiceRequest) {
  const steps = stepsOf(url.split('?', 1)[0] ?? '')
  for (const route of routes) {
    const labels = route.method === method ? labelsOf(stepsOf(route.path), steps) : undefined
    if (labels) return { route, labels }
  }
  return { route: undefined, labels: {} }
}

function stepsOf(path: string): string[] {
  return path.split('/').filter((step) => step !== '')
}

/** What stands in the places of a path's labels; undefined where the path is another one. */
function labelsOf(pattern: string[], steps: string[]): Record<string, string> | undefined {
  if (pattern.length !== steps.length) return undefined
  const labels: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const step = steps[index] ?? ''
    if (expected.startsWith('{')) labels[expected.slice(1, -1)] = decoded(step)
    else if (expected !== step) return undefined
  }
  return labels
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    throw new AwsError(
      JSON_ERRORS.validation,
      `Path segment '${step.slice(0, 100)}' is not encoded.`,
    )
  }
}

/** Numbers of a query are the ones that look like it; no name or token is one of theirs alone. */
function queryOf(url: string, names: RestOperation['query'] = {}): Record<string, unknown> {
  const given = new URLSearchParams(url.split('?', 2)[1] ?? '')
  const found: Record<string, unknown> = {}
  for (const [member, name] of Object.entries(names)) {
    const value = given.get(name)
    if (value === null) continue
    found[member] = member === 'MaxResults' && /^\d{1,9}$/.test(value) ? Number(value) : value
  }
  return found
}

function unknownOperation({ method, url }: ServiceRequest, route?: RestOperation): AwsError {
  const asked = route?.name ?? `${method} ${url.split('?', 1)[0]?.slice(0, 100)}`
  return new AwsError(
    'UnknownOperationException',
    `Operation ${asked} is not supported by this platform.`,
    404,
  )
}
