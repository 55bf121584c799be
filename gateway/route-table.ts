import { AWS_PREFIX } from './aws/signed-service.ts'
import { FUNCTION_URL_PREFIX } from './function-url-host.ts'
import { isMeant, type Operation } from './lambda/operation.ts'
import { OPERATIONS } from './lambda/operations.ts'
import {
  ANY,
  BUCKET,
  EVENT_BUS,
  FUNCTION,
  LAYER,
  LOG,
  type Named,
  OBJECT,
  QUALIFIED,
  type Resource,
  resourceOfPath,
} from './resource.ts'

/**
 * key: `Authorization: Bearer <key>`, the console's cookie, or an AWS signature by an access key whose
 * statements allow the row's action on its resource; where neither is set, loopback callers of no foreign page.
 * webhook: the S3 server's own bearer token. url-policy: the function URL decides. signature: an AWS
 * signature, which the route itself looks at; where no key is set, loopback callers of no foreign page.
 * none: anybody, but no foreign page where no key is set.
 */
export type Authentication = 'key' | 'webhook' | 'url-policy' | 'signature' | 'none'

/** Only the body tells what it is about: the handler itself asks, of `request.caller`. */
export const IN_BODY = 'in the body'

export interface RouteRow {
  authentication: Authentication
  /** What a caller does with it, in AWS's spelling where AWS has such an action. */
  action: string | ((request: Named) => string)
  /** What it is done to. */
  resource: Resource | typeof IN_BODY
}

const key = (action: RouteRow['action'], resource: RouteRow['resource']): RouteRow => ({
  authentication: 'key',
  action,
  resource,
})

const open = (action: string): RouteRow => ({ authentication: 'none', action, resource: ANY })

/** Of operations whose action has another name. */
const LAMBDA_ACTIONS: Readonly<Record<string, string>> = {
  GetLayerVersionByArn: 'lambda:GetLayerVersion',
  Invoke: 'lambda:InvokeFunction',
  InvokeWithResponseStream: 'lambda:InvokeFunction',
}

const actionOf = ({ name }: Operation) => LAMBDA_ACTIONS[name] ?? `lambda:${name}`

/** Whether it reads a qualifier, sent apart or with the name. */
const takesQualifier = ({ input }: Operation) => Object.hasOwn(input.properties, 'Qualifier')

/** Of operations that share a route, the query tells which is meant. */
function lambdaRow(route: string, sharing: readonly Operation[]): RouteRow {
  const [only] = sharing.map(actionOf)
  const byQuery = sharing.toSorted((one) => (one.when ? -1 : 1))
  const meant = ({ query }: Named) =>
    actionOf(byQuery.find((one) => isMeant(one, query as never)) as Operation)
  const named = sharing.some(({ name }) => name === 'CreateFunction')
  return key(
    sharing.length === 1 ? (only as string) : meant,
    named ? IN_BODY : resourceOfPath(route, { takesQualifier: sharing.some(takesQualifier) }),
  )
}

const LAMBDA_ROWS = Object.fromEntries(
  [...Map.groupBy(OPERATIONS, ({ route }) => route)].map(([route, sharing]) => [
    route,
    lambdaRow(route, sharing),
  ]),
)

/**
 * Every route of the gateway: how it authenticates, which action it is, and on what. A route that has no
 * row here cannot be registered. HEAD goes by the row of GET.
 */
export const ROUTE_TABLE: Readonly<Record<string, RouteRow>> = {
  'POST /functions': key('lambda:CreateFunction', IN_BODY),
  'GET /functions': key('lambda:ListFunctions', ANY),
  'GET /functions/:name': key('lambda:GetFunction', QUALIFIED),
  'PATCH /functions/:name': key('lambda:UpdateFunctionConfiguration', FUNCTION),
  'PUT /functions/:name/code': key('lambda:UpdateFunctionCode', FUNCTION),
  'DELETE /functions/:name': key('lambda:DeleteFunction', FUNCTION),

  'PUT /functions/:name/secrets/:key': key('hearth:PutSecret', FUNCTION),
  'GET /functions/:name/secrets': key('hearth:ListSecrets', FUNCTION),
  'DELETE /functions/:name/secrets/:key': key('hearth:DeleteSecret', FUNCTION),
  'POST /secrets/rotation': key('hearth:RotateSecrets', ANY),

  'POST /functions/:name/versions': key('lambda:PublishVersion', FUNCTION),
  'GET /functions/:name/versions': key('lambda:ListVersionsByFunction', FUNCTION),
  'POST /functions/:name/versions/:version/restore': key('hearth:RestoreVersion', FUNCTION),
  'DELETE /functions/:name/versions/:version': key('lambda:DeleteFunction', QUALIFIED),
  'PUT /functions/:name/aliases/:alias': key('lambda:UpdateAlias', FUNCTION),
  'GET /functions/:name/aliases': key('lambda:ListAliases', FUNCTION),
  'GET /functions/:name/aliases/:alias': key('lambda:GetAlias', FUNCTION),
  'DELETE /functions/:name/aliases/:alias': key('lambda:DeleteAlias', FUNCTION),

  'GET /functions/:name/provisioned-concurrency': key(
    'lambda:ListProvisionedConcurrencyConfigs',
    FUNCTION,
  ),
  'GET /functions/:name/provisioned-concurrency/:qualifier': key(
    'lambda:GetProvisionedConcurrencyConfig',
    QUALIFIED,
  ),
  'PUT /functions/:name/provisioned-concurrency/:qualifier': key(
    'lambda:PutProvisionedConcurrencyConfig',
    QUALIFIED,
  ),
  'DELETE /functions/:name/provisioned-concurrency/:qualifier': key(
    'lambda:DeleteProvisionedConcurrencyConfig',
    QUALIFIED,
  ),

  'GET /layers': key('lambda:ListLayers', ANY),
  'GET /layers/:name/versions': key('lambda:ListLayerVersions', LAYER),
  'POST /layers/:name/versions': key('lambda:PublishLayerVersion', LAYER),
  'GET /layers/:name/versions/:version': key('lambda:GetLayerVersion', LAYER),
  'DELETE /layers/:name/versions/:version': key('lambda:DeleteLayerVersion', LAYER),

  'POST /functions/:name/invocations': key('lambda:InvokeFunction', QUALIFIED),
  'GET /functions/:name/invocations': key('hearth:ListInvocations', QUALIFIED),
  'GET /invocations': key('hearth:ListInvocations', ANY),
  'GET /invocations/:id': key('hearth:GetInvocation', ANY),
  'DELETE /invocations/:id': key('hearth:CancelInvocation', ANY),
  'POST /invocations/:id/replay': key('hearth:ReplayInvocation', ANY),

  'GET /functions/:name/async-configuration': key('lambda:GetFunctionEventInvokeConfig', QUALIFIED),
  'PUT /functions/:name/async-configuration': key('lambda:PutFunctionEventInvokeConfig', QUALIFIED),
  'DELETE /functions/:name/async-configuration': key(
    'lambda:DeleteFunctionEventInvokeConfig',
    QUALIFIED,
  ),

  'GET /functions/:name/dead-letters': key('hearth:ListDeadLetters', QUALIFIED),
  'GET /functions/:name/dead-letters/:id': key('hearth:GetDeadLetter', QUALIFIED),
  'POST /functions/:name/dead-letters/redrive': key('hearth:RedriveDeadLetters', QUALIFIED),
  'POST /functions/:name/dead-letters/:id/redrive': key('hearth:RedriveDeadLetters', QUALIFIED),
  'DELETE /functions/:name/dead-letters': key('hearth:PurgeDeadLetters', QUALIFIED),
  'DELETE /functions/:name/dead-letters/:id': key('hearth:PurgeDeadLetters', QUALIFIED),

  'GET /functions/:name/advice': key('hearth:GetAdvice', QUALIFIED),
  'GET /metrics': key('hearth:GetMetrics', ANY),
  'GET /usage': key('hearth:GetUsage', ANY),
  'GET /functions/:name/logs': key('logs:GetLogEvents', LOG),
  'GET /functions/:name/logs/live': key('logs:GetLogEvents', LOG),

  'POST /functions/:name/triggers': key('hearth:CreateTrigger', FUNCTION),
  'GET /functions/:name/triggers': key('hearth:ListTriggers', FUNCTION),
  'DELETE /functions/:name/triggers/:id': key('hearth:DeleteTrigger', FUNCTION),

  'PUT /functions/:name/url': key('lambda:CreateFunctionUrlConfig', QUALIFIED),
  'DELETE /functions/:name/url': key('lambda:DeleteFunctionUrlConfig', QUALIFIED),
  'GET /functions/:name/url': key('lambda:GetFunctionUrlConfig', QUALIFIED),

  'GET /diagnosis': key('hearth:GetDiagnosis', ANY),
  'GET /queues': key('hearth:ListQueues', ANY),

  'GET /sandboxes': key('hearth:ListSandboxes', ANY),
  'DELETE /sandboxes/:id': key('hearth:EndSandbox', ANY),

  'POST /events': key('events:PutEvents', EVENT_BUS),

  'GET /backup': key('hearth:CreateBackup', ANY),
  'POST /restore': key('hearth:RestoreBackup', ANY),

  'GET /buckets': key('s3:ListAllMyBuckets', ANY),
  'PUT /buckets/:bucket': key('s3:CreateBucket', BUCKET),
  'GET /buckets/:bucket/triggers': key('hearth:ListTriggers', BUCKET),
  'GET /buckets/:bucket/scan': key('hearth:GetObjectScan', BUCKET),
  'GET /buckets/:bucket/objects': key('s3:ListBucket', BUCKET),
  'GET /buckets/:bucket/objects/*': key('s3:GetObject', OBJECT),
  'PUT /buckets/:bucket/objects/*': key('s3:PutObject', OBJECT),
  'DELETE /buckets/:bucket/objects/*': key('s3:DeleteObject', OBJECT),

  [`ANY ${FUNCTION_URL_PREFIX}/:urlId`]: {
    authentication: 'url-policy',
    action: 'lambda:InvokeFunctionUrl',
    resource: ANY,
  },

  [`ANY ${AWS_PREFIX}/s3`]: { authentication: 'signature', action: 's3:*', resource: IN_BODY },

  // Which operation of the service it is, its body or its headers say.
  [`ANY ${AWS_PREFIX}/sts`]: key('sts:*', IN_BODY),
  [`ANY ${AWS_PREFIX}/iam`]: key('iam:*', IN_BODY),
  [`ANY ${AWS_PREFIX}/events`]: key('events:*', IN_BODY),
  [`ANY ${AWS_PREFIX}/scheduler`]: key('scheduler:*', IN_BODY),
  [`ANY ${AWS_PREFIX}/logs`]: key('logs:*', IN_BODY),
  ...LAMBDA_ROWS,

  // Whoever has the link may fetch it: it is signed, and holds for minutes.
  'GET /packages/:hex': { authentication: 'none', action: 'lambda:GetFunction', resource: ANY },

  'POST /storage/events': {
    authentication: 'webhook',
    action: 'hearth:NotifyObjects',
    resource: ANY,
  },

  'GET /health/live': { authentication: 'none', action: 'hearth:GetHealth', resource: ANY },
  'GET /health/ready': { authentication: 'none', action: 'hearth:GetHealth', resource: ANY },
  // The page is for everybody; what it shows is not. Its session is what the routes themselves look at.
  'GET /': open('hearth:UseConsole'),
  'GET /console': open('hearth:UseConsole'),
  'GET /console/*': open('hearth:UseConsole'),
  'GET /console/queue-board': key('hearth:ListQueues', ANY),
  'GET /console/queue-board/*': key('hearth:ListQueues', ANY),
  'GET /console/session': open('hearth:UseConsole'),
  'POST /console/session': open('hearth:UseConsole'),
  'DELETE /console/session': open('hearth:UseConsole'),

  'GET /engine': key('hearth:GetEngine', ANY),
  'GET /openapi.json': { authentication: 'none', action: 'hearth:GetDocuments', resource: ANY },
  'GET /docs': { authentication: 'none', action: 'hearth:GetDocuments', resource: ANY },
  'GET /docs/': { authentication: 'none', action: 'hearth:GetDocuments', resource: ANY },
  'GET /docs/json': { authentication: 'none', action: 'hearth:GetDocuments', resource: ANY },
  'GET /docs/yaml': { authentication: 'none', action: 'hearth:GetDocuments', resource: ANY },
  'GET /docs/static/index.html': {
    authentication: 'none',
    action: 'hearth:GetDocuments',
    resource: ANY,
  },
  'GET /docs/static/swagger-initializer.js': {
    authentication: 'none',
    action: 'hearth:GetDocuments',
    resource: ANY,
  },
  'GET /docs/static/*': { authentication: 'none', action: 'hearth:GetDocuments', resource: ANY },
}
