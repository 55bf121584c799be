import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { HearthError } from '../core/errors.ts'
import packageJson from '../package.json' with { type: 'json' }
import { guardRoutes } from './access.ts'
import { eventsRoutes } from './aws/events.ts'
import { iamRoutes } from './aws/iam.ts'
import { logsRoutes } from './aws/logs.ts'
import { otherService, refuseOtherService } from './aws/other-service.ts'
import { s3Routes } from './aws/s3.ts'
import { schedulerRoutes } from './aws/scheduler.ts'
import { pathOfService } from './aws/signed-service.ts'
import { stsRoutes } from './aws/sts.ts'
import { refuseWhileClosing } from './closing.ts'
import { answerConnectionError } from './connection-error.ts'
import { discardBody } from './discard-body.ts'
import { errorBody, hearthErrorOf } from './error-answer.ts'
import { FUNCTION_URL_PREFIX, pathOfHost } from './function-url-host.ts'
import { addJsonParser } from './json-body.ts'
import { answerLambdaError, lambdaRoutes, unknownOperation } from './lambda/routes.ts'
import { WebhookLag } from './metrics/webhook-lag.ts'
import { documentRoutes } from './openapi.ts'
import type { GatewayParts, Routes } from './parts.ts'
import { adviceRoutes } from './routes/advice.ts'
import { aliasRoutes, pointAliasRoute } from './routes/aliases.ts'
import {
  asyncConfigurationRoutes,
  changeAsyncConfigurationRoutes,
} from './routes/async-configuration.ts'
import { backupRoutes } from './routes/backup.ts'
import { bucketScanRoutes } from './routes/bucket-scan.ts'
import { bucketRoutes, objectRoutes } from './routes/buckets.ts'
import { consoleRoutes, consoleSessionRoutes } from './routes/console.ts'
import { deadLetterRoutes, purgeRoutes, redriveRoutes } from './routes/dead-letters.ts'
import { diagnosisRoutes } from './routes/diagnosis.ts'
import { engineRoutes } from './routes/engine.ts'
import { eventRoutes } from './routes/events.ts'
import { createFunctionRoute, updateCodeRoute } from './routes/function-code.ts'
import { functionUrlRoutes, giveFunctionUrlRoute } from './routes/function-url.ts'
import { functionUrlRequestRoutes } from './routes/function-url-requests.ts'
import { changeFunctionRoutes, functionRoutes } from './routes/functions.ts'
import { healthRoutes } from './routes/health.ts'
import { invocationRoutes, searchRoutes } from './routes/invocations.ts'
import { invokeRoutes } from './routes/invoke.ts'
import { layerRoutes, layerVersionRoutes, publishLayerRoute } from './routes/layers.ts'
import { liveLogRoutes } from './routes/live-logs.ts'
import { logRoutes } from './routes/logs.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { packageRoutes } from './routes/packages.ts'
import { provisionedRoutes, setProvisionedRoutes } from './routes/provisioned-concurrency.ts'
import { queueBoardRoutes } from './routes/queue-board.ts'
import { queueRoutes } from './routes/queues.ts'
import { replayRoutes } from './routes/replay.ts'
import { sandboxRoutes } from './routes/sandboxes.ts'
import { secretRoutes } from './routes/secrets.ts'
import { storageEventRoutes } from './routes/storage-events.ts'
import { triggerRoutes } from './routes/triggers.ts'
import { usageRoutes } from './routes/usage.ts'
import { restoreVersionRoute, versionRoutes } from './routes/versions.ts'
import { compileValidator } from './validation.ts'

/** A request's headers must be here so soon; a body may take longer, as files do. */
const HEADERS_MS = 10_000
const REQUEST_MS = 120_000
/** How often requests that are over their time are looked for. */
const CHECK_MS = 5_000
/** An object's key of 1,024 bytes, each of them percent-encoded. */
const PARAMETER_LENGTH_MAX = 3 * 1024
/** What most routes take; those that take more say so. */
const BODY_BYTES = 1024 * 1024

const ROUTES: readonly Routes[] = [
  functionRoutes,
  changeFunctionRoutes,
  createFunctionRoute,
  updateCodeRoute,
  invokeRoutes,
  invocationRoutes,
  searchRoutes,
  replayRoutes,
  asyncConfigurationRoutes,
  changeAsyncConfigurationRoutes,
  deadLetterRoutes,
  redriveRoutes,
  purgeRoutes,
  queueRoutes,
  logRoutes,
  liveLogRoutes,
  adviceRoutes,
  usageRoutes,
  triggerRoutes,
  eventRoutes,
  giveFunctionUrlRoute,
  functionUrlRoutes,
  functionUrlRequestRoutes,
  bucketRoutes,
  bucketScanRoutes,
  objectRoutes,
  s3Routes,
  backupRoutes,
  storageEventRoutes,
  healthRoutes,
  diagnosisRoutes,
  engineRoutes,
  sandboxRoutes,
  metricsRoutes,
  stsRoutes,
  iamRoutes,
  eventsRoutes,
  schedulerRoutes,
  logsRoutes,
  packageRoutes,
  secretRoutes,
  versionRoutes,
  restoreVersionRoute,
  aliasRoutes,
  pointAliasRoute,
  provisionedRoutes,
  setProvisionedRoutes,
  layerRoutes,
  layerVersionRoutes,
  publishLayerRoute,
  lambdaRoutes,
  consoleSessionRoutes,
  queueBoardRoutes,
  consoleRoutes,
]

/** Builds the gateway out of its parts. It does not listen, and owns none of them. */
export async function buildGateway(given: GatewayParts): Promise<FastifyInstance> {
  const parts = { ...given, webhookLag: new WebhookLag() }
  const app = fastify({
    loggerInstance: parts.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request would cost more than its line, which almost none of them writes.
    childLoggerFactory: (logger) => logger,
    genReqId: () => randomUUID(),
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    http: {
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: CHECK_MS,
      // Node would refuse it itself, with an empty answer.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    rewriteUrl: routedPath,
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: answerConnectionError,
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(compileValidator)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(refuseUnknownRoute)
  app.removeContentTypeParser('text/plain')
  addJsonParser(app)
  guardRoutes(app, parts)
  refuseWhileClosing(app)
  await documentRoutes(app, packageJson.version)
  for (const routes of ROUTES) {
    app.register((scope, _options, done) => {
      routes(scope.withTypeProvider<TypeBoxTypeProvider>(), parts)
      done()
    })
  }
  await app.ready()
  return app as unknown as FastifyInstance
}

/** Lambda's paths begin with the day of their version. */
const DATED = /^\/\d{4}-\d{2}-\d{2}\//

/** As it is routed: a request for a bucket or for a function's address is under a prefix of its own. */
function isDated(request: FastifyRequest): boolean {
  return DATED.test(request.url)
}

/** The host comes first: what is asked of a function's address is the function's, whatever it is signed for. */
function routedPath(request: IncomingMessage): string {
  const path = pathOfHost(request)
  if (path.startsWith(FUNCTION_URL_PREFIX)) return path
  return pathOfService(request) ?? path
}

function refuseUnknownRoute(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const path = request.originalUrl.split('?', 1)[0] ?? ''
  const other = otherService(request)
  if (other !== undefined) return refuseOtherService(other, request, reply)
  if (isDated(request)) {
    return answerLambdaError(unknownOperation(request.method, path), request, reply)
  }
  throw new HearthError('RouteNotFound', { method: request.method, path: path.slice(0, 200) })
}

/** Answers whatever was thrown by the one error table; the log has what the caller is not told. */
async function answerError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  // Of a path that no route can be found for as well, as one with a broken escape.
  if (isDated(request)) return answerLambdaError(thrown, request, reply)
  const error = hearthErrorOf(thrown, {
    bodyLimitBytes: request.routeOptions?.bodyLimit ?? BODY_BYTES,
    contentType: (request.headers['content-type'] ?? 'none').slice(0, 100),
  })
  if (error.blame === 'platform') {
    const { id: requestId, url } = request
    request.log.error({ err: thrown, code: error.code, requestId, url }, error.message)
  }
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
  if (error.code === 'Unauthorized') reply.header('www-authenticate', 'Bearer')
  await discardBody(request, reply)
  await reply
    .code(error.status)
    .header('x-request-id', request.id)
    .type('application/json; charset=utf-8')
    .send(errorBody(error, request.id))
}
