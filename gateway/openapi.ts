import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyContextConfig, FastifySchema } from 'fastify'
import { ERRORS } from '../core/error-table.ts'
import type { ErrorCode } from '../core/errors.ts'
import { ErrorAnswer } from './error-answer.ts'
import type { GatewayApp } from './parts.ts'
import type { RouteRow } from './route-table.ts'

const DESCRIPTION = `Functions on your own machine: create one, call it, trigger it.

Every answer has \`x-request-id\`. Every error has the same body: a stable \`code\`, what happened,
what to do about it, and that id.`

/** The second as Amazon's own tools write it down. */
const SECURITY = {
  key: { type: 'http', scheme: 'bearer' },
  signature: {
    type: 'apiKey',
    name: 'Authorization',
    in: 'header',
    description: 'AWS Signature Version 4, for the service `lambda`',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  },
} as const

const CALLER_ERRORS = [
  'Unauthorized',
  'IncompleteSignature',
  'UnrecognizedClient',
  'InvalidSignature',
  'AccessDenied',
] as const

/** The page loads nothing from elsewhere, and nothing but its own scripts run in it. */
const PAGE_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
}

/** Gathers the schemas of all routes that are registered after it into one OpenAPI document. */
export async function documentRoutes(app: GatewayApp, version: string): Promise<void> {
  app.addSchema(ErrorAnswer)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Hearth', description: DESCRIPTION, version },
      components: { securitySchemes: SECURITY },
    },
    refResolver: {
      buildLocalReference: (json, ...[, , index]) => String(json.$id ?? `def-${index}`),
    },
    transform: ({ schema, url, route }) => {
      const { config } = route
      return { schema: config?.row ? documented(schema, config, config.row) : schema, url }
    },
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY as never,
    uiConfig: { url: '/openapi.json', deepLinking: true, tryItOutEnabled: true },
    theme: { title: 'Hearth' },
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

/** Adds what a route has by its row and its kind: who may call it, and the errors it may answer. */
function documented(
  given: FastifySchema,
  config: FastifyContextConfig,
  row: RouteRow,
): FastifySchema {
  const schema = config.documentedBody ? { ...given, body: config.documentedBody } : given
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of new Set([...commonErrors(schema, row), ...(config.errors ?? [])])) {
    const { status } = ERRORS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const errors = [...byStatus].map(([status, codes]) => [
    status,
    {
      description: codes.map(explain).join('\n\n'),
      content: { 'application/json': { schema: { $ref: 'Error#' } } },
    },
  ])
  const security = row.authentication === 'none' ? [] : [{ key: [] }, { signature: [] }]
  const answers = { ...(schema.response as object), ...config.documentedAnswers }
  return { ...schema, security, response: { ...answers, ...Object.fromEntries(errors) } }
}

function commonErrors(schema: FastifySchema, row: RouteRow): ErrorCode[] {
  const takesInput = schema.body ?? schema.params ?? schema.querystring
  return [
    ...(takesInput ? (['InvalidRequest'] as const) : []),
    ...(schema.body
      ? (['InvalidJson', 'JsonTooDeep', 'PayloadTooLarge', 'UnsupportedMediaType'] as const)
      : []),
    ...(row.authentication === 'none' ? [] : CALLER_ERRORS),
    'ForeignOrigin',
    'Internal',
    'RedisUnavailable',
    'ShuttingDown',
  ]
}

function explain(code: ErrorCode): string {
  const { message, remedy } = ERRORS[code]
  return `**${code}**: ${message}. ${remedy}`
}
