import { HearthError } from '../../core/errors.ts'
import { parseExact } from '../../core/exact-json.ts'
import { targetOf } from '../../core/functions/qualifier.ts'
import { Invocation } from '../../core/invocations/invocation.ts'
import type { InvocationFilter } from '../../core/invocations/invocation-filter.ts'
import { searchInvocations } from '../../core/invocations/invocation-search.ts'
import { ShownInvocation, shownAsynchronous } from '../../core/invocations/shown-invocation.ts'
import { resolveVersion } from '../functions/resolve-version.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'
import {
  InvocationListQuery,
  InvocationParams,
  InvocationSearchPage,
  InvocationSearchQuery,
} from '../schemas/invocation.ts'
import { pageOf } from '../schemas/page.ts'
import { timeOf } from '../schemas/time.ts'

const tags = ['Invocations']

const KEPT =
  'Synchronous ones that have ended, mostly within a second after that, and asynchronous ones in any state. ' +
  'A page can be shorter than its limit, or empty, and still have a cursor: it looks at a bounded number.'

/** Finds invocations, synchronous and asynchronous ones. */
export function searchRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/invocations',
    {
      schema: {
        tags,
        summary: 'List the invocations of all functions, newest first',
        description: KEPT,
        querystring: InvocationSearchQuery,
        response: { 200: InvocationSearchPage },
      },
      config: { errors: [] },
    },
    async ({ query }) => {
      const { function: functionName, ...rest } = query
      const filter = { ...(functionName && { functionName }), ...filterOf(rest) }
      return searchInvocations(parts, { ...pageOf(query), filter })
    },
  )

  app.get(
    '/functions/:name/invocations',
    {
      schema: {
        tags,
        summary: 'List the invocations of a function, newest first',
        description: `Whatever caused them: a request, an object, a schedule, an event. ${KEPT}`,
        params: FunctionParams,
        querystring: InvocationListQuery,
        response: { 200: InvocationSearchPage },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query }) => {
      const { delivery, qualifier, state } = query
      await resolveVersion(parts, { functionName: name, qualifier })
      if (!delivery) {
        const filter = { functionName: name, ...(qualifier && { qualifier }), ...filterOf(query) }
        return searchInvocations(parts, { ...pageOf(query), filter })
      }
      const page = { ...pageOf(query), ...(state && { state }), delivery }
      const { invocations, ...rest } = await parts.invocations.list(targetOf(name, qualifier), page)
      return { invocations: invocations.map(shownAsynchronous), ...rest }
    },
  )
}

/** Looks up one invocation, and cancels asynchronous ones. */
export function invocationRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/invocations/:id',
    {
      schema: {
        tags,
        summary: 'Read an invocation',
        description:
          'A synchronous one mostly within a second after its end; its event and result where the function ' +
          'has `record.bodies`.',
        params: InvocationParams,
        response: { 200: ShownInvocation },
      },
      config: { errors: ['InvocationNotFound'] },
    },
    async ({ params: { id } }) => {
      const asynchronous = await parts.invocations.find(id)
      return asynchronous ? shownAsynchronous(asynchronous) : await synchronous(parts, id)
    },
  )

  app.delete(
    '/invocations/:id',
    {
      schema: {
        tags,
        summary: 'Cancel an asynchronous invocation that is still queued',
        params: InvocationParams,
        response: { 200: Invocation },
      },
      config: { errors: ['InvocationNotFound', 'InvocationNotCancellable'] },
    },
    async ({ params }) => parts.invocations.cancel(params.id),
  )
}

async function synchronous({ journal }: GatewayParts, id: string): Promise<ShownInvocation> {
  const found = await journal.find(id)
  if (!found) throw new HearthError('InvocationNotFound', { id })
  const { bodies: { event, result, ...omitted } = {}, ...invocation } = found
  return {
    ...invocation,
    ...omitted,
    ...(event !== undefined && { event: parseExact(event) }),
    ...(result !== undefined && { result: parseExact(result) }),
  }
}

type Given = Omit<InvocationFilter, 'fromMs' | 'toMs'> & { from?: string; to?: string }

function filterOf({ version, state, type, trigger, start, error, from, to }: Given) {
  const filter: InvocationFilter = {
    ...(version !== undefined && { version }),
    ...(state !== undefined && { state }),
    ...(type !== undefined && { type }),
    ...(trigger !== undefined && { trigger }),
    ...(start !== undefined && { start }),
    ...(error !== undefined && { error }),
    ...(from !== undefined && { fromMs: timeOf('from', from) }),
    ...(to !== undefined && { toMs: timeOf('to', to) }),
  }
  return filter
}
