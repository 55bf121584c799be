import { envSchema } from 'env-schema'
import { type Static, Type } from 'typebox'

const Environment = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', description: 'Address that the gateway listens on' }),
  PORT: Type.Integer({
    default: 4327,
    minimum: 0,
    maximum: 65535,
    description: 'Port of the gateway',
  }),
  DATA_DIR: Type.String({
    default: '.hearth/data',
    minLength: 1,
    description: 'Folder of everything that is kept',
  }),
  REDIS_URL: Type.Optional(
    Type.String({
      pattern: '^(rediss?|unix)://',
      description: 'Redis to use; without it the platform starts its own',
    }),
  ),
  S3_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'S3 server to use; without it the platform starts its own MinIO',
    }),
  ),
  S3_ACCESS_KEY_ID: Type.Optional(Type.String({ description: 'Access key of S3_ENDPOINT' })),
  S3_SECRET_ACCESS_KEY: Type.Optional(Type.String({ description: 'Secret key of S3_ENDPOINT' })),
  DOCKER_HOST: Type.Optional(
    Type.String({
      pattern: '^(unix|tcp|http|https)://',
      description: 'Container engine; default: the local socket',
    }),
  ),
  SANDBOX_DRIVER: Type.Optional(
    Type.Enum(['docker', 'process'], {
      description: 'What sandboxes are; without it the first start on a data folder decides',
    }),
  ),
  SANDBOX_RUNTIME: Type.Optional(
    Type.String({ description: 'OCI runtime of the sandboxes, for instance runsc' }),
  ),
  SANDBOX_IMAGE: Type.Optional(
    Type.String({ description: 'Image of the sandboxes; default: the one that the set-up made' }),
  ),
  HEARTH_API_KEY: Type.Optional(
    Type.String({
      minLength: 16,
      description:
        'Key that callers must send; without it and ACCESS_KEYS_FILE only this machine may call',
    }),
  ),
  ACCESS_KEYS_FILE: Type.Optional(
    Type.String({
      description: 'JSON file of access keys that callers sign with, and of what each may do',
    }),
  ),
  POOL_GENERIC: Type.Integer({
    default: 4,
    minimum: 0,
    maximum: 500,
    description: 'Generic sandboxes that wait, booted',
  }),
  POOL_MAX: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 2000,
    description: 'Sandboxes at most',
  }),
  POOL_MEMORY_MB: Type.Optional(
    Type.Integer({
      minimum: 256,
      description: 'Memory that all sandboxes together may be given; default: 3/4 of the host',
    }),
  ),
  IDLE_SECONDS: Type.Integer({
    default: 600,
    minimum: 1,
    maximum: 86400,
    description: 'A sandbox that was not called for so long leaves',
  }),
  SANDBOX_FREEZE_AFTER_MS: Type.Integer({
    default: 10_000,
    minimum: 0,
    maximum: 86_400_000,
    description:
      'An idle sandbox of a function is frozen after so many milliseconds, until it is called; 0: never',
  }),
  QUEUE_SECONDS: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 900,
    description: 'A synchronous invocation waits for room at most so long',
  }),
  RETRY_DELAY_SECONDS: Type.Integer({
    default: 60,
    minimum: 0,
    maximum: 900,
    description:
      'Wait before the first retry of an asynchronous invocation; the second waits twice as long',
  }),
  DELIVERY_SECONDS: Type.Integer({
    default: 21_600,
    minimum: 1,
    maximum: 1_209_600,
    description: 'A message to a destination is tried for so long, then it is a dead letter',
  }),
  RECORD_COUNT: Type.Integer({
    default: 10_000,
    minimum: 10,
    maximum: 1_000_000,
    description: 'Synchronous invocations of a function that can be looked up; the oldest go',
  }),
  RECORD_HOURS: Type.Integer({
    default: 168,
    minimum: 1,
    maximum: 8760,
    description: 'Synchronous invocations can be looked up for so long',
  }),
  RECORD_COUNT_ALL: Type.Integer({
    default: 500_000,
    minimum: 1000,
    maximum: 10_000_000,
    description: 'Synchronous invocations of all functions together that can be looked up',
  }),
  SCAN_INTERVAL_SECONDS: Type.Integer({
    default: 120,
    minimum: 1,
    maximum: 86400,
    description:
      'A bucket with object triggers is listed this often, for objects that no webhook has reported',
  }),
  SCAN_OBJECTS_PER_SECOND: Type.Integer({
    default: 1000,
    minimum: 1,
    maximum: 100000,
    description: 'Objects that a scheduler lists for that, of all buckets together',
  }),
  DRAIN_SECONDS: Type.Integer({
    default: 20,
    minimum: 0,
    maximum: 900,
    description: 'At shutdown, running invocations are waited for at most so long',
  }),
  LOG_LINES: Type.Integer({
    default: 10_000,
    minimum: 100,
    maximum: 100_000,
    description: 'Log lines that are kept of a function',
  }),
  LOG_MB: Type.Integer({
    default: 8,
    minimum: 1,
    maximum: 256,
    description: 'Megabytes of log that are kept of a function, in Redis',
  }),
  LOG_DAYS: Type.Integer({
    default: 7,
    minimum: 1,
    maximum: 3653,
    description:
      'Days for which a log line is kept, unless its function has a retention of its own',
  }),
  LOG_TOTAL_MB: Type.Integer({
    default: 256,
    minimum: 1,
    maximum: 65_536,
    description:
      'Megabytes of log that are kept of all functions; past it the largest log gives way',
  }),
  SCHEDULER_URL: Type.Optional(
    Type.String({
      pattern: '^tcp://',
      description: 'Where the scheduler serves its gateways, when both are services',
    }),
  ),
  FUNCTIONS_URL: Type.String({
    default: 'tcp://gateway:4329',
    pattern: '^tcp://[^/]+:\\d+$',
    description:
      'Where the gateway takes the calls of functions, when scheduler and gateway are services',
  }),
  SECRETS_FILE: Type.Optional(
    Type.String({
      description: 'File of the secrets that services share; made by setup/secrets.ts',
    }),
  ),
  CODE_STORE: Type.Enum(['folder', 's3'], {
    default: 'folder',
    description: 'Where code packages are kept',
  }),
  GATEWAY_URL: Type.Optional(
    Type.String({
      pattern: '^http://',
      description: 'Where the S3 server reaches the gateway; default: HOST and PORT',
    }),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description:
        'Collector that gets traces of invocations by OTLP over HTTP; without it none are made',
    }),
  ),
  OTEL_EXPORTER_OTLP_HEADERS: Type.Optional(
    Type.String({ description: 'Headers for the collector: name=value,… (percent-encoded)' }),
  ),
  OTEL_SERVICE_NAME: Type.String({
    default: 'hearth',
    minLength: 1,
    description: 'Name of the service in traces',
  }),
  HOST_USD_PER_GB_HOUR: Type.Optional(
    Type.Number({
      minimum: 0,
      description:
        'What a gigabyte of this host’s memory costs in an hour, in US dollars, for `GET /usage`',
    }),
  ),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    description: 'Level of the platform’s own log',
  }),
})

export type Settings = Readonly<Static<typeof Environment>>

/** The schema, for the table in docs/configuration.md and its test. */
export const SETTINGS = Environment

/** Thrown when the environment is not usable; the message lists every mistake. */
export class SettingsError extends Error {
  override name = 'SettingsError'
}

/** Reads the environment once, at boot. An empty variable counts as not set. */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  let settings: Settings
  try {
    settings = envSchema<Settings>({
      schema: Environment as never,
      data: given,
      env: false,
    })
  } catch (cause) {
    const others = contradictions({ HOST: '127.0.0.1', ...given })
    const all = [(cause as Error).message, ...others].join('; ')
    throw new SettingsError(`Environment is not valid: ${all}`, { cause })
  }
  const mistakes = contradictions(settings)
  if (mistakes.length > 0)
    throw new SettingsError(`Environment is not valid: ${mistakes.join('; ')}`)
  return Object.freeze(settings)
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** Whether who listens there is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host)
}

/** Whether callers must show who they are; else only this machine may call. */
export function callersNeedKey(
  settings: Pick<Settings, 'HEARTH_API_KEY' | 'ACCESS_KEYS_FILE'>,
): boolean {
  return settings.HEARTH_API_KEY !== undefined || settings.ACCESS_KEYS_FILE !== undefined
}

type Related = Partial<
  Pick<
    Settings,
    | 'HOST'
    | 'HEARTH_API_KEY'
    | 'ACCESS_KEYS_FILE'
    | 'SECRETS_FILE'
    | (`S3_${string}` & keyof Settings)
  >
>

/** What is wrong where others reach the platform and nothing tells them from its user. */
export function hostNeedsKey(host: string): string {
  return `HOST=${host} is reachable from outside and needs HEARTH_API_KEY or ACCESS_KEYS_FILE`
}

function contradictions(settings: Related): string[] {
  const mistakes: string[] = []
  const s3Keys = settings.S3_ACCESS_KEY_ID && settings.S3_SECRET_ACCESS_KEY
  if (settings.S3_ENDPOINT && !s3Keys && !settings.SECRETS_FILE) {
    mistakes.push('S3_ENDPOINT needs S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY')
  }
  const hasKey = callersNeedKey(settings) || settings.SECRETS_FILE
  if (!hasKey && !isLoopback(settings.HOST ?? '')) mistakes.push(hostNeedsKey(settings.HOST ?? ''))
  return mistakes
}
