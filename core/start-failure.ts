import { HearthError } from './errors.ts'
import { SettingsError } from './settings.ts'

/** Ends a process that could not start: known causes in one line with their remedy, others with their trace. */
export function endWithStartFailure(error: unknown): never {
  const lines =
    error instanceof HearthError
      ? [error.message, error.remedy, causeOf(error)]
      : error instanceof SettingsError
        ? [error.message]
        : [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  process.stderr.write(`Hearth could not start. ${lines.filter(Boolean).join('\n')}\n`)
  process.exit(1)
}

function causeOf({ cause }: HearthError): string {
  return cause instanceof Error ? `Cause: ${cause.message}` : ''
}
