import type { FastifyError } from 'fastify'
import { Type } from 'typebox'
import { HearthError } from '../core/errors.ts'
import { MAX_ZIP_BYTES } from '../core/functions/function.ts'
import { FunctionErrorShape } from '../core/invocations/invocation.ts'
import type { FunctionError } from '../core/protocol.ts'
import { mistakesOf } from './mistakes.ts'

/** The one shape of every answer that is no success. */
export const ErrorAnswer = Type.Object(
  {
    error: Type.Object({
      code: Type.String({ description: 'Stable name of the error; ERRORS.md explains each' }),
      message: Type.String({ description: 'What happened' }),
      remedy: Type.String({ description: 'What to do about it' }),
      requestId: Type.String({ description: 'The id in the log of the platform' }),
    }),
    functionError: Type.Optional(FunctionErrorShape),
  },
  { $id: 'Error' },
)

/** The body for `error`; what a function threw stands beside it. */
export function errorBody(
  error: HearthError,
  requestId: string,
  functionError?: FunctionError,
): string {
  const { code, message, remedy } = error
  return JSON.stringify({ error: { code, message, remedy, requestId }, functionError })
}

/** Gives anything that was thrown its row in the error table. What is unknown stays inside. */
export function hearthErrorOf(thrown: unknown, request: RequestFacts): HearthError {
  if (thrown instanceof HearthError) return thrown
  const error = thrown as Partial<FastifyError>
  const options = { cause: thrown }
  if (error.validation) {
    const reason = mistakesOf(error.validation, error.validationContext ?? 'request').join('; ')
    return new HearthError('InvalidRequest', { reason }, options)
  }
  const row = error.code === undefined ? undefined : FRAMEWORK_ERRORS[error.code]
  if (row) return row(error, request, options)
  const status = error.statusCode ?? 500
  if (status === 413) return tooLarge('Body', request.bodyLimitBytes, options)
  if (status >= 400 && status < 500) {
    return new HearthError('InvalidRequest', { reason: error.message ?? 'unknown' }, options)
  }
  return new HearthError('Internal', {}, options)
}

/** What an error says about the request it ended. */
interface RequestFacts {
  bodyLimitBytes: number
  contentType: string
}

type Row = (
  error: Partial<FastifyError>,
  request: RequestFacts,
  options: { cause: unknown },
) => HearthError

const invalidRequest: Row = (error, _request, options) =>
  new HearthError('InvalidRequest', { reason: error.message ?? 'unknown' }, options)

/** What Fastify and its plugins throw, where the status alone would say too little. */
const FRAMEWORK_ERRORS: Readonly<Record<string, Row>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (_error, request, options) =>
    tooLarge('Body', request.bodyLimitBytes, options),
  FST_REQ_FILE_TOO_LARGE: (_error, _request, options) =>
    tooLarge('Part "code"', MAX_ZIP_BYTES, options),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (_error, { contentType }, options) =>
    new HearthError('UnsupportedMediaType', { contentType }, options),
  FST_ERR_BAD_URL: invalidRequest,
  FST_ERR_MAX_PARAM_LENGTH: invalidRequest,
}

function tooLarge(what: string, limitBytes: number, options: { cause: unknown }): HearthError {
  return new HearthError('PayloadTooLarge', { what, limitBytes }, options)
}
