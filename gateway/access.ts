import type { FastifyRequest, preValidationHookHandler, RouteOptions } from 'fastify'
import { type ErrorCode, HearthError } from '../core/errors.ts'
import { guards } from './authentication.ts'
import { isOfFunction } from './function-entrance.ts'
import type { GatewayApp, GatewayParts } from './parts.ts'
import { FUNCTION, QUALIFIED } from './resource.ts'
import { type Authentication, IN_BODY, ROUTE_TABLE, type RouteRow } from './route-table.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** When its headers were here, by `performance.now()`. */
    arrivedAt: number
  }
  interface FastifyContextConfig {
    /** The route's row in the table; every registered route has one. */
    row?: RouteRow
    /** Errors of its own that the route may answer with, for the API's document. */
    errors?: readonly ErrorCode[]
    /** Of Lambda's API: which operation it is. */
    operation?: string
    /** Where a route reads its own bytes: what its body is, for the document alone. */
    documentedBody?: object
    /** Answers that are sent as bytes, by status, for the document alone. */
    documentedAnswers?: Record<number, object>
  }
}

/**
 * Puts the guard that the route table names before each route that is registered from now on, and
 * the request's id on each answer. A route without a row stops the start.
 */
export function guardRoutes(app: GatewayApp, parts: GatewayParts): void {
  const guard = guards(parts)
  app.decorateRequest('caller', undefined)
  app.decorateRequest('arrivedAt', 0)
  app.addHook('onRequest', (request, reply, done) => {
    request.arrivedAt = performance.now()
    reply.header('x-request-id', request.id)
    requireOneHost(request)
    done()
  })
  app.addHook('onRoute', (route) => {
    const row = rowOf(route.method, route.url)
    requireFittingResource(row, route)
    const check = guard[row.authentication]
    route.config = { ...route.config, row }
    if (row.authentication === 'key' && parts.accessKeys.size > 0) {
      route.preValidation = [requireProvedAndAllowed(row), ...[route.preValidation ?? []].flat()]
    }
    route.onRequest = [
      (request, _reply, done) => {
        if (!mayFunction(request, row, parts)) check(request)
        done()
      },
      ...[route.onRequest ?? []].flat(),
    ]
  })
}

/**
 * A policy is asked about a version or an alias only where the route acts on it: else who may do all with
 * an alias could do all with its function. Throws, and stops the start.
 */
function requireFittingResource({ resource }: RouteRow, { url, schema }: RouteOptions): void {
  if (resource !== FUNCTION && resource !== QUALIFIED) return
  const { properties = {} } = (schema?.querystring ?? {}) as { properties?: object }
  const takesQualifier =
    /:(?:qualifier|version)$/.test(url) || Object.hasOwn(properties, 'qualifier')
  if (takesQualifier !== (resource === QUALIFIED)) {
    throw new Error(
      `Route "${url}" ${takesQualifier ? 'takes a' : 'takes no'} qualifier: its row says otherwise`,
    )
  }
}

/** The body is there by then. */
function requireProvedAndAllowed(row: RouteRow): preValidationHookHandler {
  const { resource } = row
  return (request, _reply, done) => {
    const { caller } = request
    caller?.requireProved()
    if (resource !== IN_BODY) {
      caller?.requireAllowed({ action: actionOf(row, request), resource: resource(request) })
    }
    done()
  }
}

function actionOf({ action }: RouteRow, request: FastifyRequest): string {
  return typeof action === 'string' ? action : action(request)
}

/** What code in a sandbox may do without a key. */
const ACTIONS_OF_FUNCTIONS: ReadonlySet<string> = new Set([
  'lambda:InvokeFunction',
  'lambda:InvokeAsync',
])

/** Ways to authenticate that ask who calls, or whether it is this machine. */
const BY_KEY: ReadonlySet<Authentication> = new Set(['key', 'signature'])

/**
 * Whether this is a function's own call, and open to it. Throws FunctionDenied where it is not, and
 * no key could make it so.
 */
function mayFunction(request: FastifyRequest, row: RouteRow, parts: GatewayParts): boolean {
  if (!BY_KEY.has(row.authentication) || !isOfFunction(request)) return false
  const action = actionOf(row, request)
  if (ACTIONS_OF_FUNCTIONS.has(action)) return true
  if (parts.accessKeys.size === 0) throw new HearthError('FunctionDenied', { action })
  return false
}

/** A route of many methods has one row, under ANY. */
function rowOf(methods: string | string[], url: string): RouteRow {
  const named = new Set([methods].flat().map((method) => (method === 'HEAD' ? 'GET' : method)))
  const [only = ''] = named
  const method = named.size === 1 ? only : 'ANY'
  const row = ROUTE_TABLE[`${method} ${url}`]
  if (!row) throw new Error(`Route "${method} ${url}" has no row in gateway/route-table.ts`)
  return row
}

/** Of two Host headers the parts on the way may believe different ones. Node keeps only the first. */
function requireOneHost(request: FastifyRequest): void {
  const { rawHeaders } = request.raw
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  if (hosts === 0 && request.raw.httpVersion === '1.1') {
    throw new HearthError('InvalidRequest', { reason: 'it has no Host' })
  }
  if (hosts > 1) throw new HearthError('InvalidRequest', { reason: 'it has more than one Host' })
}
