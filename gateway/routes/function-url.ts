import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { FunctionUrl } from '../../core/functions/attachment.ts'
import { AliasName } from '../../core/functions/qualifier.ts'
import { FunctionName } from '../../core/identifiers.ts'
import type { Qualified } from '../functions/events.ts'
import { createUrl, deleteUrl, readUrl, updateUrl, urlText } from '../functions/urls.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'

const path = '/functions/:name/url'
const tags = ['Function URLs']
const closed = { additionalProperties: false }
const { authType, invokeMode, cors } = FunctionUrl.properties

const Query = Type.Object(
  {
    qualifier: Type.Optional(
      Type.Unsafe<string>({
        ...AliasName,
        description: 'An alias, which has an address of its own; the current state if not given',
      }),
    ),
  },
  closed,
)

const Settings = Type.Partial(Type.Object({ authType, invokeMode, cors }), closed)

const Answer = Type.Object({
  functionName: FunctionName,
  qualifier: Type.Optional(AliasName),
  url: Type.String(),
  ...FunctionUrl.properties,
})

/** Gives a function an address. */
export function giveFunctionUrlRoute(app: GatewayApp, parts: GatewayParts): void {
  app.put(
    path,
    {
      schema: {
        tags,
        summary: 'Give a function or an alias an address, or change how it serves there',
        description:
          'Anybody who reaches the gateway may call a function there, unless `authType` is `AWS_IAM`: ' +
          'then whoever may use this API. What is not sent stays as it is; at first it is `NONE` and ' +
          '`BUFFERED`, without cross-origin rules. Empty rules are none. 201 where it had no address.',
        params: FunctionParams,
        querystring: Query,
        body: Type.Union([
          Settings,
          Type.Null({ description: 'No body: as it was, or the defaults' }),
        ]),
        response: { 200: Answer, 201: Answer },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query, body, headers, log }, reply) => {
      const of = { functionName: name, ...query }
      const settings = body ?? {}
      try {
        const url = await createUrl(parts, of, settings)
        log.info({ functionName: name, urlId: url.urlId }, 'Function has an address')
        return reply.code(201).send(answer(of, url, headers.host))
      } catch (error) {
        if (!(error instanceof HearthError && error.code === 'UrlAlreadyExists')) throw error
        const isChanged = Object.keys(settings).length > 0
        const url = isChanged ? await updateUrl(parts, of, settings) : await readUrl(parts, of)
        return answer(of, url, headers.host)
      }
    },
  )
}

/** Reads it, or takes it away. */
export function functionUrlRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'Read the address of a function or an alias',
        params: FunctionParams,
        querystring: Query,
        response: { 200: Answer },
      },
      config: { errors: ['FunctionNotFound', 'FunctionUrlNotFound'] },
    },
    async ({ params: { name }, query, headers }) => {
      const of = { functionName: name, ...query }
      return answer(of, await readUrl(parts, of), headers.host)
    },
  )

  app.delete(
    path,
    {
      schema: {
        tags,
        summary: 'Take the address of a function or an alias away',
        params: FunctionParams,
        querystring: Query,
        response: { 204: Type.Null({ description: 'Nobody is served there any more' }) },
      },
      config: { errors: ['FunctionNotFound', 'FunctionUrlNotFound'] },
    },
    async ({ params: { name }, query }, reply) => {
      await deleteUrl(parts, { functionName: name, ...query })
      return reply.code(204).send(null)
    },
  )
}

function answer({ functionName, qualifier }: Qualified, url: FunctionUrl, host?: string) {
  const named = { functionName, ...(qualifier !== undefined && { qualifier }) }
  return { ...named, url: urlText(url, host), ...url }
}
