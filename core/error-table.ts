import { CONSOLE_ERRORS } from './console-errors.ts'
import type { ErrorRow } from './error-row.ts'
import { INVOCATION_ERRORS } from './invocation-errors.ts'
import { PLATFORM_ERRORS } from './platform-errors.ts'
import { SANDBOX_ERRORS } from './sandbox-errors.ts'
import { SECRET_ERRORS } from './secret-errors.ts'

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
  CodeMismatch: {
    status: 400,
    blame: 'caller',
    message: 'CodeSHA256 ({given}) is different from current CodeSHA256 in $LATEST ({found})',
    remedy: 'Read the function again, and publish the code that it has.',
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
    remedy:
      'Send "Authorization: Bearer <key>" with the key that HEARTH_API_KEY holds, or sign the request with an access key.',
  },
  IncompleteSignature: {
    status: 403,
    blame: 'caller',
    message: '{reason}',
    remedy: 'Sign with AWS Signature Version 4, as the AWS SDKs and the aws CLI do.',
  },
  UnrecognizedClient: {
    status: 403,
    blame: 'caller',
    message: 'The security token included in the request is invalid.',
    remedy:
      'Use an access key of ACCESS_KEYS_FILE, or "hearth" with the key of HEARTH_API_KEY as its secret.',
  },
  InvalidSignature: {
    status: 403,
    blame: 'caller',
    message: '{reason}',
    remedy: 'Check the secret access key, the clock, and that nothing on the way changes requests.',
  },
  AccessDenied: {
    status: 403,
    blame: 'caller',
    message: '{user} is not authorized to perform: {action} on resource: {resource} {why}',
    remedy: 'Allow it in the statements of this key in ACCESS_KEYS_FILE, and start again.',
  },
  LinkExpired: {
    status: 403,
    blame: 'caller',
    message: 'Link is over, or was changed',
    remedy: 'Ask for a new one: it holds for ten minutes.',
  },
  FunctionDenied: {
    status: 403,
    blame: 'caller',
    message: 'A function may invoke functions, and not do {action}',
    remedy: 'Send the platform’s key with the request, as callers from elsewhere do.',
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
  AliasNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Function "{name}" has no alias "{alias}"',
    remedy: 'List what there is with GET /functions/{name}/aliases.',
  },
  LayerNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Layer version {arn} does not exist',
    remedy: 'List what there is with GET /layers.',
  },
  TriggerNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Trigger "{id}" of function "{name}" does not exist',
    remedy: 'Check the id with GET /functions/{name}/triggers.',
  },
  MappingNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Event source mapping "{uuid}" does not exist',
    remedy: 'List what there is with ListEventSourceMappings of Lambda’s API.',
  },
  FunctionUrlNotFound: {
    status: 404,
    blame: 'caller',
    message: 'There is no function URL of "{what}"',
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
    message: 'It is there already, and other than in the backup: {names}',
    remedy: 'Send it to /restore?replace=true to have the ones of the backup instead.',
  },
  FunctionChanged: {
    status: 409,
    blame: 'caller',
    message: 'Function "{name}" was changed by another request at the same time',
    remedy: 'Read the function again and repeat the change.',
  },
  UrlAlreadyExists: {
    status: 409,
    blame: 'caller',
    message: 'Function "{name}" has an address already',
    remedy: 'Read it with GET /functions/{name}/url, or delete it first.',
  },
  AliasAlreadyExists: {
    status: 409,
    blame: 'caller',
    message: 'Function "{name}" has an alias "{alias}" already',
    remedy: 'Change it with PUT /functions/{name}/aliases/{alias}, or delete it first.',
  },
  MappingAlreadyExists: {
    status: 409,
    blame: 'caller',
    message: 'Event source mapping "{uuid}" has that source and that function already',
    remedy: 'Change it with UpdateEventSourceMapping, or delete it first.',
  },
  MappingChanged: {
    status: 409,
    blame: 'caller',
    message: 'Event source mapping "{uuid}" was changed by others at the same time',
    remedy: 'Read it again and repeat the change.',
  },
  TooManyMappings: {
    status: 409,
    blame: 'caller',
    message: 'There are {limit} event source mappings, which is the most',
    remedy: 'Delete those that nobody needs.',
  },
  VersionInUse: {
    status: 409,
    blame: 'caller',
    message: 'Version {version} of function "{name}" has the alias "{alias}"',
    remedy: 'Point the alias at another version, or delete it, first.',
  },
  RevisionMismatch: {
    status: 412,
    blame: 'caller',
    message:
      'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    remedy: 'Read the function or alias again, and repeat the change with its revisionId.',
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
  TooManyUnproved: {
    status: 429,
    blame: 'caller',
    message:
      '{limit} large bodies whose signatures do not tell their hashes are being read already',
    remedy:
      'Sign with the header x-amz-content-sha256, or try again after the time in Retry-After.',
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
  ...SECRET_ERRORS,
  ...SANDBOX_ERRORS,
  ...INVOCATION_ERRORS,
  ...PLATFORM_ERRORS,
  ...CONSOLE_ERRORS,
} as const satisfies Record<string, ErrorRow>
