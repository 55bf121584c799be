import { HearthError } from '../errors.ts'
import { SettingsError } from '../settings.ts'

/** Thrown when a start cannot go on for a reason that its message names, remedy included. */
export class CannotStart extends Error {
  override readonly name: string = 'CannotStart'
}

/** Ends a process that could not start: known causes in one line with their remedy, others with their trace. */
export function endWithStartFailure(error: unknown): never {
  const lines =
    error instanceof HearthError ? [error.message, error.remedy, causeOf(error)] : [wordsOf(error)]
  process.stderr.write(`Hearth could not start. ${lines.filter(Boolean).join('\n')}\n`)
  process.exit(1)
}

function wordsOf(error: unknown): string {
  if (error instanceof CannotStart || error instanceof SettingsError) return error.message
  if (!(error instanceof Error)) return String(error)
  const { code, port } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken: set PORT to another one, or stop what uses it.`
  return error.stack ?? error.message
}

function causeOf({ cause }: HearthError): string {
  return cause instanceof Error ? `Cause: ${cause.message}` : ''
}
