import type { ErrorRow } from './error-row.ts'

/** What goes wrong with the platform itself or what it stands on; the same request may be repeated. */
export const PLATFORM_ERRORS = {
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
  TooManyLogTails: {
    status: 503,
    blame: 'platform',
    message: '{limit} logs are being followed through this gateway already',
    remedy: 'Close one of them, or read the log with GET /functions/{name}/logs.',
  },
  ShuttingDown: {
    status: 503,
    blame: 'platform',
    message: 'The platform is shutting down',
    remedy: 'Try again when it is up.',
  },
} as const satisfies Record<string, ErrorRow>
