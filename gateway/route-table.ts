import { AWS_PREFIX } from './aws/signed-service.ts'
import { FUNCTION_URL_PREFIX } from './function-url-host.ts'
import { OPERATIONS } from './lambda/operations.ts'

/**
 * key: `Authorization: Bearer <key>`; where no key is set, loopback callers of no foreign page.
 * webhook: the S3 server's own bearer token. url-policy: the function URL decides. signature: an AWS
 * signature, which the route itself looks at; where no key is set, loopback callers of no foreign page.
 * none: anybody, but no foreign page where no key is set.
 */
export type Authentication = 'key' | 'webhook' | 'url-policy' | 'signature' | 'none'

export interface RouteRow {
  authentication: Authentication
  /** What a caller does with it, in AWS's spelling where AWS has such an action. */
  action: string
}

/** Of operations whose action has another name. */
const LAMBDA_ACTIONS: Readonly<Record<string, string>> = {
  Invoke: 'lambda:InvokeFunction',
  InvokeWithResponseStream: 'lambda:InvokeFunction',
}

/** Of operations that share a route, the one that no query names gives the action. */
const LAMBDA_ROWS = Object.fromEntries(
  OPERATIONS.toSorted((one) => (one.when ? -1 : 1)).map(({ name, route }) => [
    route,
    { authentication: 'key', action: LAMBDA_ACTIONS[name] ?? `lambda:${name}` } as const,
  ]),
)

/**
 * Every route of the gateway: how it authenticates and which action it is. A route that has no
 * row here cannot be registered. HEAD goes by the row of GET.
 */
export const ROUTE_TABLE: Readonly<Record<string, RouteRow>> = {
  'POST /functions': { authentication: 'key', action: 'lambda:CreateFunction' },
  'GET /functions': { authentication: 'key', action: 'lambda:ListFunctions' },
  'GET /functions/:name': { authentication: 'key', action: 'lambda:GetFunction' },
  'PATCH /functions/:name': { authentication: 'key', action: 'lambda:UpdateFunctionConfiguration' },
  'PUT /functions/:name/code': { authentication: 'key', action: 'lambda:UpdateFunctionCode' },
  'DELETE /functions/:name': { authentication: 'key', action: 'lambda:DeleteFunction' },

  'POST /functions/:name/versions': { authentication: 'key', action: 'lambda:PublishVersion' },
  'GET /functions/:name/versions': {
    authentication: 'key',
    action: 'lambda:ListVersionsByFunction',
  },
  'DELETE /functions/:name/versions/:version': {
    authentication: 'key',
    action: 'lambda:DeleteFunction',
  },
  'PUT /functions/:name/aliases/:alias': { authentication: 'key', action: 'lambda:UpdateAlias' },
  'GET /functions/:name/aliases': { authentication: 'key', action: 'lambda:ListAliases' },
  'GET /functions/:name/aliases/:alias': { authentication: 'key', action: 'lambda:GetAlias' },
  'DELETE /functions/:name/aliases/:alias': { authentication: 'key', action: 'lambda:DeleteAlias' },

  'GET /layers': { authentication: 'key', action: 'lambda:ListLayers' },
  'GET /layers/:name/versions': { authentication: 'key', action: 'lambda:ListLayerVersions' },
  'POST /layers/:name/versions': { authentication: 'key', action: 'lambda:PublishLayerVersion' },
  'GET /layers/:name/versions/:version': {
    authentication: 'key',
    action: 'lambda:GetLayerVersion',
  },
  'DELETE /layers/:name/versions/:version': {
    authentication: 'key',
    action: 'lambda:DeleteLayerVersion',
  },

  'POST /functions/:name/invocations': { authentication: 'key', action: 'lambda:InvokeFunction' },
  'GET /functions/:name/invocations': { authentication: 'key', action: 'hearth:ListInvocations' },
  'GET /invocations/:id': { authentication: 'key', action: 'hearth:GetInvocation' },
  'DELETE /invocations/:id': { authentication: 'key', action: 'hearth:CancelInvocation' },

  'GET /functions/:name/async-configuration': {
    authentication: 'key',
    action: 'lambda:GetFunctionEventInvokeConfig',
  },
  'PUT /functions/:name/async-configuration': {
    authentication: 'key',
    action: 'lambda:PutFunctionEventInvokeConfig',
  },
  'DELETE /functions/:name/async-configuration': {
    authentication: 'key',
    action: 'lambda:DeleteFunctionEventInvokeConfig',
  },

  'GET /functions/:name/dead-letters': { authentication: 'key', action: 'hearth:ListDeadLetters' },
  'GET /functions/:name/dead-letters/:id': {
    authentication: 'key',
    action: 'hearth:GetDeadLetter',
  },
  'POST /functions/:name/dead-letters/redrive': {
    authentication: 'key',
    action: 'hearth:RedriveDeadLetters',
  },
  'POST /functions/:name/dead-letters/:id/redrive': {
    authentication: 'key',
    action: 'hearth:RedriveDeadLetters',
  },
  'DELETE /functions/:name/dead-letters': {
    authentication: 'key',
    action: 'hearth:PurgeDeadLetters',
  },
  'DELETE /functions/:name/dead-letters/:id': {
    authentication: 'key',
    action: 'hearth:PurgeDeadLetters',
  },

  'GET /functions/:name/logs': { authentication: 'key', action: 'logs:GetLogEvents' },

  'POST /functions/:name/triggers': { authentication: 'key', action: 'hearth:CreateTrigger' },
  'GET /functions/:name/triggers': { authentication: 'key', action: 'hearth:ListTriggers' },
  'DELETE /functions/:name/triggers/:id': { authentication: 'key', action: 'hearth:DeleteTrigger' },

  'PUT /functions/:name/url': { authentication: 'key', action: 'lambda:CreateFunctionUrlConfig' },
  'DELETE /functions/:name/url': {
    authentication: 'key',
    action: 'lambda:DeleteFunctionUrlConfig',
  },
  'GET /functions/:name/url': { authentication: 'key', action: 'lambda:GetFunctionUrlConfig' },

  'POST /events': { authentication: 'key', action: 'events:PutEvents' },

  'GET /backup': { authentication: 'key', action: 'hearth:CreateBackup' },
  'POST /restore': { authentication: 'key', action: 'hearth:RestoreBackup' },

  'GET /buckets': { authentication: 'key', action: 's3:ListAllMyBuckets' },
  'PUT /buckets/:bucket': { authentication: 'key', action: 's3:CreateBucket' },
  'GET /buckets/:bucket/scan': { authentication: 'key', action: 'hearth:GetObjectScan' },
  'GET /buckets/:bucket/objects': { authentication: 'key', action: 's3:ListBucket' },
  'GET /buckets/:bucket/objects/*': { authentication: 'key', action: 's3:GetObject' },
  'PUT /buckets/:bucket/objects/*': { authentication: 'key', action: 's3:PutObject' },
  'DELETE /buckets/:bucket/objects/*': { authentication: 'key', action: 's3:DeleteObject' },

  [`ANY ${FUNCTION_URL_PREFIX}/:urlId`]: {
    authentication: 'url-policy',
    action: 'lambda:InvokeFunctionUrl',
  },

  [`ANY ${AWS_PREFIX}/s3`]: { authentication: 'signature', action: 's3:*' },

  // Which operation of the service it is, its body or its headers say.
  [`ANY ${AWS_PREFIX}/sts`]: { authentication: 'key', action: 'sts:*' },
  [`ANY ${AWS_PREFIX}/iam`]: { authentication: 'key', action: 'iam:*' },
  [`ANY ${AWS_PREFIX}/events`]: { authentication: 'key', action: 'events:*' },
  [`ANY ${AWS_PREFIX}/scheduler`]: { authentication: 'key', action: 'scheduler:*' },
  ...LAMBDA_ROWS,

  // Whoever has the link may fetch it: it is signed, and holds for minutes.
  'GET /packages/:hex': { authentication: 'none', action: 'lambda:GetFunction' },

  'POST /storage/events': { authentication: 'webhook', action: 'hearth:NotifyObjects' },

  'GET /health/live': { authentication: 'none', action: 'hearth:GetHealth' },
  'GET /health/ready': { authentication: 'none', action: 'hearth:GetHealth' },
  'GET /engine': { authentication: 'key', action: 'hearth:GetEngine' },
  'GET /openapi.json': { authentication: 'none', action: 'hearth:GetDocuments' },
  'GET /docs': { authentication: 'none', action: 'hearth:GetDocuments' },
  'GET /docs/': { authentication: 'none', action: 'hearth:GetDocuments' },
  'GET /docs/json': { authentication: 'none', action: 'hearth:GetDocuments' },
  'GET /docs/yaml': { authentication: 'none', action: 'hearth:GetDocuments' },
  'GET /docs/static/index.html': { authentication: 'none', action: 'hearth:GetDocuments' },
  'GET /docs/static/swagger-initializer.js': {
    authentication: 'none',
    action: 'hearth:GetDocuments',
  },
  'GET /docs/static/*': { authentication: 'none', action: 'hearth:GetDocuments' },
}
