import { XMLBuilder } from 'fast-xml-parser'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorCode } from '../../core/errors.ts'
import { discardBody } from '../discard-body.ts'
import { hearthErrorOf } from '../error-answer.ts'

/**
 * What this door answers itself, in S3's own words; all else is the store's answer.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const STATUSES = {
  AccessDenied: 403,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidRequest: 400,
  InvalidURI: 400,
  MalformedXML: 400,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  RequestTimeTooSkewed: 403,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  XAmzContentSHA256Mismatch: 400,
} as const
export type S3Code = keyof typeof STATUSES

/** Callers may come again so soon where an error is the store's or the platform's trouble. */
const RETRY_AFTER_SECONDS = 1

export class S3Error extends Error {
  override readonly name = 'S3Error'
  readonly code: S3Code
  /** Further elements of the answer, by their names. */
  readonly fields: Readonly<Record<string, string>>

  constructor(
    code: S3Code,
    message: string,
    { cause, ...fields }: { cause?: unknown } & Record<string, unknown> = {},
  ) {
    super(message, { cause })
    this.code = code
    this.fields = fields as Record<string, string>
  }

  get status(): number {
    return STATUSES[this.code]
  }
}

export function noSuchBucket(bucket: string): S3Error {
  return new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket })
}

const builder = new XMLBuilder({ ignoreAttributes: false, suppressBooleanAttributes: false })

/** A document of S3's, for the object that has its root as the only field. */
export function buildXml(document: object): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(document)}`
}

/** Answers whatever was thrown as S3 would; what is unknown stays inside. */
export async function answerS3Error(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const error = s3ErrorOf(thrown)
  const { code, message, fields, status } = error
  if (status >= 500) request.log.error({ err: thrown, code, requestId: request.id }, message)
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
  await discardBody(request, reply)
  const [resource = ''] = request.originalUrl.split('?', 1)
  await reply
    .code(status)
    .headers({ 'x-request-id': request.id, 'x-amz-request-id': request.id })
    .type('application/xml')
    .send(
      buildXml({
        Error: {
          Code: code,
          Message: message,
          ...fields,
          Resource: resource,
          RequestId: request.id,
        },
      }),
    )
}

/** Any error that was thrown, as S3 knows it. */
function s3ErrorOf(thrown: unknown): S3Error {
  if (thrown instanceof S3Error) return thrown
  const error = hearthErrorOf(thrown, { bodyLimitBytes: 0, contentType: '' })
  if (error.code === 'BucketNotFound') return noSuchBucket(String(error.details.bucket))
  const code = BY_CODE[error.code] ?? (error.status < 500 ? 'InvalidRequest' : 'InternalError')
  return new S3Error(code, `${error.message}. ${error.remedy}`, { cause: thrown })
}

const BY_CODE: Partial<Record<ErrorCode, S3Code>> = {
  ForeignOrigin: 'AccessDenied',
  FunctionChanged: 'SlowDown',
  RedisUnavailable: 'ServiceUnavailable',
  SchedulerUnavailable: 'ServiceUnavailable',
  ShuttingDown: 'ServiceUnavailable',
  StorageOff: 'ServiceUnavailable',
  StorageUnavailable: 'ServiceUnavailable',
  Unauthorized: 'AccessDenied',
  WebhookMissing: 'ServiceUnavailable',
}
