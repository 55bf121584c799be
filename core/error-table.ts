/** Whose fault an error is; it decides status class, retries and who is told what. */
export type Blame = 'caller' | 'function' | 'platform'

interface ErrorRow {
  status: number
  blame: Blame
  /** What happened. `{field}` is replaced by the error's details. */
  message: string
  /** What to do about it. */
  remedy: string
}

/**
 * Every error that the platform answers with. ERRORS.md is checked against this table by a test;
 * a code, once released, keeps its meaning.
 */
export const ERRORS = {
  InvalidRequest: {
    status: 400,
    blame: 'caller',
    message: 'Request is not valid: {reason}',
    remedy: 'Correct the field that the message names; /docs shows what the route takes.',
  },
  InvalidJson: {
    status: 400,
    blame: 'caller',
    message: 'Body is not valid JSON: {reason}',
    remedy: 'Send one JSON value, encoded as UTF-8.',
  },
  JsonTooDeep: {
    status: 400,
    blame: 'caller',
    message: 'JSON is nested deeper than {limit} levels',
    remedy: 'Flatten the value, or send it as a string.',
  },
  InvalidCodePackage: {
    status: 400,
    blame: 'caller',
    message: 'Code package cannot be used: {reason}',
    remedy: 'Send a plain .zip of the function folder: no links, no absolute paths, no encryption.',
  },
  InvalidBackup: {
    status: 400,
    blame: 'caller',
    message: 'Backup cannot be used: {reason}',
    remedy: 'Send the whole archive as GET /backup gave it.',
  },
  InvalidSchedule: {
    status: 400,
    blame: 'caller',
    message: 'Schedule "{schedule}" is not valid: {reason}',
    remedy:
      'Use rate(5 minutes), six cron fields: cron(0 9 ? * MON-FRI *), or once: at(2026-01-31T09:30:00).',
  },
  InvalidEventPattern: {
    status: 400,
    blame: 'caller',
    message: 'Event pattern is not valid: {reason}',
    remedy: 'Each field takes an array of values or matchers, as in EventBridge.',
  },
  RecursiveInvocation: {
    status: 400,
    blame: 'caller',
    message:
      'Function "{name}" was not run: {depth} invocations stand behind this one, each caused by the one before, which looks like a loop',
    remedy:
      'Let the function write where no trigger of it looks: another bucket, or another prefix than the trigger’s.',
  },
  Unauthorized: {
    status: 401,
    blame: 'caller',
    message: 'Credentials are missing or wrong',
    remedy: 'Send "Authorization: Bearer <key>" with the key that HEARTH_API_KEY holds.',
  },
  ForeignOrigin: {
    status: 403,
    blame: 'caller',
    message: 'Request for "{host}" was refused: without a key only this machine may call',
    remedy: 'Call http://127.0.0.1 or http://localhost, or set HEARTH_API_KEY.',
  },
  RouteNotFound: {
    status: 404,
    blame: 'caller',
    message: 'There is no route {method} {path}',
    remedy: 'See /docs for the routes.',
  },
  FunctionNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Function "{name}" does not exist',
    remedy: 'Check the name with GET /functions, or create it with POST /functions.',
  },
  InvocationNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Invocation "{id}" is not known',
    remedy:
      'Asynchronous invocations are kept for 24 hours or 10,000 per function; synchronous ones are not kept.',
  },
  DeadLetterNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Function "{name}" has no dead letter "{id}"',
    remedy:
      'List them with GET /functions/{name}/dead-letters; they are kept for 14 days or 10,000 per function.',
  },
  TriggerNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Trigger "{id}" of function "{name}" does not exist',
    remedy: 'Check the id with GET /functions/{name}/triggers.',
  },
  FunctionUrlNotFound: {
    status: 404,
    blame: 'caller',
    message: 'No function has the URL "{host}"',
    remedy: 'Give a function an address with PUT /functions/{name}/url.',
  },
  BucketNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Bucket "{bucket}" does not exist',
    remedy: 'Create it with PUT /buckets/{bucket}.',
  },
  ObjectNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Object "{key}" does not exist in bucket "{bucket}"',
    remedy: 'List what is there with GET /buckets/{bucket}/objects.',
  },
  FunctionAlreadyExists: {
    status: 409,
    blame: 'caller',
    message: 'Function "{name}" already exists',
    remedy:
      'Change it with PATCH /functions/{name} or PUT /functions/{name}/code, or delete it first.',
  },
  RestoreConflict: {
    status: 409,
    blame: 'caller',
    message: 'Functions are there already, and other than in the backup: {names}',
    remedy: 'Send it to /restore?replace=true to have the ones of the backup instead.',
  },
  FunctionChanged: {
    status: 409,
    blame: 'caller',
    message: 'Function "{name}" was changed by another request at the same time',
    remedy: 'Read the function again and repeat the change.',
  },
  InvocationNotCancellable: {
    status: 409,
    blame: 'caller',
    message: 'Invocation "{id}" is {state}; only a queued one can be cancelled',
    remedy: 'Wait for its end; GET /invocations/{id} shows it.',
  },
  PayloadTooLarge: {
    status: 413,
    blame: 'caller',
    message: '{what} is larger than {limitBytes} bytes',
    remedy: 'Put large data into a bucket and send its key.',
  },
  UnsupportedMediaType: {
    status: 415,
    blame: 'caller',
    message: 'Content type "{contentType}" is not taken here',
    remedy: 'Send application/json, or multipart/form-data where the route takes files.',
  },
  TooManyRequests: {
    status: 429,
    blame: 'caller',
    message: 'Function "{name}" has no room: {reason}',
    remedy:
      'Try again after the time in Retry-After, raise reservedConcurrency, or invoke asynchronously.',
  },
  QueueFull: {
    status: 429,
    blame: 'caller',
    message: 'The queue of {what} holds {limit} events and takes no more',
    remedy:
      'Try again after the time in Retry-After; events leave the queue as they are worked off.',
  },
  FunctionFailed: {
    status: 502,
    blame: 'function',
    message: 'Function "{name}" failed: {errorType}',
    remedy: 'functionError has what it threw; GET /functions/{name}/logs has its log.',
  },
  FunctionTimedOut: {
    status: 504,
    blame: 'function',
    message: 'Function "{name}" did not answer within {timeoutSeconds} seconds',
    remedy: 'Raise timeoutSeconds (900 at most), or invoke asynchronously.',
  },
  Internal: {
    status: 500,
    blame: 'platform',
    message: 'The platform failed while it served this request',
    remedy: 'Look for the request id in the log of the platform, and report it.',
  },
  RedisUnavailable: {
    status: 503,
    blame: 'platform',
    message: 'Redis cannot be reached, and this request needs it',
    remedy: 'Check that Redis runs and REDIS_URL names it; the platform reconnects by itself.',
  },
  EngineUnavailable: {
    status: 503,
    blame: 'platform',
    message: 'The container engine does not answer, and this request needs a new sandbox',
    remedy: 'Check "docker ps"; warm functions go on, and the platform reconnects by itself.',
  },
  StorageUnavailable: {
    status: 503,
    blame: 'platform',
    message: 'Object storage cannot be reached: {reason}',
    remedy:
      'Check that the S3 server runs and S3_ENDPOINT names it; the platform reconnects by itself.',
  },
  StorageOff: {
    status: 503,
    blame: 'platform',
    message: 'Object storage is off: {reason}',
    remedy:
      'Set S3_ENDPOINT, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or install MinIO, and start again.',
  },
  WebhookMissing: {
    status: 503,
    blame: 'platform',
    message: 'The S3 server at {endpoint} has no webhook of this platform: {reason}',
    remedy: '{variables}',
  },
  PayloadsUnavailable: {
    status: 503,
    blame: 'platform',
    message: 'Payloads over 64 KB cannot be kept or read: {reason}',
    remedy:
      'Check the disk under DATA_DIR, or the S3 server where CODE_STORE is s3; smaller events go on.',
  },
  PayloadMissing: {
    status: 500,
    blame: 'platform',
    message: 'Payload "{name}" is not where it was put',
    remedy:
      'Restore the folder "payloads" under DATA_DIR, or the bucket of the code packages; what it belongs to is tried again until it is too old.',
  },
  SchedulerUnavailable: {
    status: 503,
    blame: 'platform',
    message: 'No scheduler answers',
    remedy: 'Check that the scheduler runs; the gateway reconnects by itself.',
  },
  SandboxFailed: {
    status: 503,
    blame: 'platform',
    message: 'A sandbox could not be made ready: {reason}',
    remedy: 'Try again; if it stays, look at the log of the scheduler and "docker ps".',
  },
  ShuttingDown: {
    status: 503,
    blame: 'platform',
    message: 'The platform is shutting down',
    remedy: 'Try again when it is up.',
  },
} as const satisfies Record<string, ErrorRow>
