import type { HearthError } from '../../core/errors.ts'
import { functionArn, MAX_UNZIPPED_BYTES } from '../../core/functions/function.ts'
import { targetOf } from '../../core/functions/qualifier.ts'

/** Statuses of the errors that Lambda's service model names, and of those that it answers besides. */
const STATUS = {
  AccessDeniedException: 403,
  InvalidParameterValueException: 400,
  InvalidRequestContentException: 400,
  MissingAuthenticationTokenException: 403,
  NotImplementedException: 400,
  PolicyLengthExceededException: 400,
  PreconditionFailedException: 412,
  ProvisionedConcurrencyConfigNotFoundException: 404,
  RecursiveInvocationException: 400,
  RequestEntityTooLargeException: 413,
  RequestTooLargeException: 413,
  ResourceConflictException: 409,
  ResourceInUseException: 400,
  ResourceNotFoundException: 404,
  SerializationException: 400,
  ServiceException: 500,
  TooManyRequestsException: 429,
  UnknownOperationException: 404,
  UnrecognizedClientException: 403,
  UnsupportedMediaTypeException: 415,
  ValidationException: 400,
} as const
export type LambdaErrorType = keyof typeof STATUS

/** Of these the text is in `Message`; of all others in `message`. */
const CAPITAL: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'RecursiveInvocationException',
  'RequestEntityTooLargeException',
  'ResourceNotFoundException',
  'ServiceException',
])

/** An error as Lambda answers it. */
export class LambdaError extends Error {
  override readonly name = 'LambdaError'
  readonly type: string
  readonly status: number
  /** What the body has besides type and text. */
  readonly fields: Record<string, unknown>
  readonly retryAfterSeconds: number | undefined

  constructor(
    type: LambdaErrorType | (string & {}),
    message: string,
    options: {
      status?: number
      fields?: Record<string, unknown>
      retryAfterSeconds?: number | undefined
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: options.cause })
    this.type = type
    this.status = options.status ?? STATUS[type as LambdaErrorType] ?? 400
    this.fields = options.fields ?? {}
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  get body(): object {
    const text = CAPITAL.has(this.type) ? { Message: this.message } : { message: this.message }
    return { Type: this.status < 500 ? 'User' : 'Server', ...text, ...this.fields }
  }
}

export function invalidParameter(message: string, cause?: unknown): LambdaError {
  return new LambdaError('InvalidParameterValueException', message, { cause })
}

/** What is not there, in the words of most operations. */
export function noSuchResource(): LambdaError {
  return new LambdaError('ResourceNotFoundException', 'The resource you requested does not exist.')
}

type Row = (error: HearthError) => [type: LambdaErrorType, message: string]

const text = ({ details }: HearthError, name: string) => String(details[name] ?? '')
const arnOf = (error: HearthError) => functionArn(text(error, 'name'))

/** In Lambda's words alone where it is no zip at all; else with what is wrong in it. */
function unzipMessage(error: HearthError): string {
  const reason = text(error, 'reason')
  const said = 'Could not unzip uploaded file. Please check your file, then try to upload again.'
  return /central directory/i.test(reason) ? said : `${said} (${reason})`
}

/** How the platform's own errors are said; one that has no row here keeps its name and its words. */
const ROWS: Readonly<Record<string, Row>> = {
  FunctionNotFound: (error) => ['ResourceNotFoundException', `Function not found: ${arnOf(error)}`],
  AliasNotFound: (error) => [
    'ResourceNotFoundException',
    `Cannot find alias arn: ${functionArn(targetOf(text(error, 'name'), text(error, 'alias')))}`,
  ],
  LayerNotFound: (error) => [
    'ResourceNotFoundException',
    `Layer version ${text(error, 'arn')} does not exist.`,
  ],
  FunctionUrlNotFound: () => [
    'ResourceNotFoundException',
    'The resource you requested does not exist.',
  ],
  MappingNotFound: () => [
    'ResourceNotFoundException',
    'The resource you requested does not exist.',
  ],
  MappingChanged: (error) => ['ResourceConflictException', error.message],
  MappingAlreadyExists: (error) => ['ResourceConflictException', error.message],
  TooManyMappings: (error) => ['ResourceConflictException', error.message],
  FunctionAlreadyExists: (error) => [
    'ResourceConflictException',
    `Function already exist: ${text(error, 'name')}`,
  ],
  AliasAlreadyExists: (error) => [
    'ResourceConflictException',
    `Alias already exists: ${functionArn(targetOf(text(error, 'name'), text(error, 'alias')))}`,
  ],
  UrlAlreadyExists: (error) => [
    'ResourceConflictException',
    `Failed to create function url config for [functionArn = ${arnOf(error)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
  ],
  FunctionChanged: (error) => [
    'ResourceConflictException',
    `The operation cannot be performed at this time. An update is in progress for resource: ${arnOf(error)}`,
  ],
  VersionInUse: (error) => [
    'ResourceConflictException',
    `Unable to delete version because the following aliases reference it: [${text(error, 'alias')}]`,
  ],
  RevisionMismatch: (error) => ['PreconditionFailedException', error.message],
  CodeMismatch: (error) => ['InvalidParameterValueException', error.message],
  InvalidRequest: (error) => ['InvalidParameterValueException', text(error, 'reason')],
  InvalidJson: (error) => [
    'InvalidRequestContentException',
    `Could not parse request body into json: Could not parse payload into json: ${text(error, 'reason')}`,
  ],
  JsonTooDeep: (error) => ['InvalidRequestContentException', error.message],
  InvalidCodePackage: (error) => ['InvalidParameterValueException', unzipMessage(error)],
  PayloadTooLarge: (error) =>
    error.details.limitBytes === MAX_UNZIPPED_BYTES
      ? [
          'InvalidParameterValueException',
          `Unzipped size must be smaller than ${MAX_UNZIPPED_BYTES} bytes`,
        ]
      : ['RequestTooLargeException', error.message],
  UnsupportedMediaType: (error) => ['UnsupportedMediaTypeException', error.message],
  BucketNotFound: (error) => ['InvalidParameterValueException', error.message],
  TooManyRequests: () => ['TooManyRequestsException', 'Rate Exceeded.'],
  QueueFull: (error) => ['TooManyRequestsException', error.message],
  TooManyUnproved: (error) => ['TooManyRequestsException', error.message],
  FunctionDenied: (error) => ['AccessDeniedException', error.message],
  ForeignOrigin: (error) => ['AccessDeniedException', error.message],
  Unauthorized: (error) =>
    text(error, 'sent') === 'nothing'
      ? ['MissingAuthenticationTokenException', 'Missing Authentication Token']
      : ['UnrecognizedClientException', 'The security token included in the request is invalid.'],
  RecursiveInvocation: (error) => ['RecursiveInvocationException', error.message],
}

export function lambdaErrorOf(error: HearthError): LambdaError {
  const { code, blame, status, message, retryAfterSeconds } = error
  const options = { cause: error, retryAfterSeconds }
  if (blame === 'platform') {
    // A client repeats what a 503 answers, and not so what is broken.
    return new LambdaError('ServiceException', `${message}. ${error.remedy}`, {
      ...options,
      status,
    })
  }
  const row = ROWS[code]?.(error)
  if (!row) return new LambdaError(`${code}Exception`, message, { ...options, status })
  const [type, said] = row
  if (type !== 'TooManyRequestsException') return new LambdaError(type, said, options)
  const fields = { Reason: text(error, 'awsReason') || 'ConcurrentInvocationLimitExceeded' }
  return new LambdaError(type, said, { ...options, fields })
}
