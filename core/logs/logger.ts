import { type Logger, pino } from 'pino'
import type { Settings } from '../settings.ts'

export type { Logger } from 'pino'

/** Values that no log line may show, wherever an object that is logged carries them. */
const SECRET_FIELDS = [
  'authorization',
  'environment',
  'apiKey',
  'secretAccessKey',
  'sessionToken',
  'token',
]

/** The platform's own log: JSON lines on stdout; for people where stdout is a terminal. */
export function createLogger(settings: Pick<Settings, 'LOG_LEVEL'>): Logger {
  return pino({
    level: settings.LOG_LEVEL,
    redact: {
      paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: '(hidden)',
    },
    ...(process.stdout.isTTY && {
      transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } },
    }),
  })
}
