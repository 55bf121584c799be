import type { Logger } from './logger.ts'

/** npm and the terminal both pass a Ctrl-C on, so the same one arrives twice within moments. */
const ECHO_MS = 500

/**
 * Runs `close` on the first SIGINT or SIGTERM and ends the process; a second one, later than an
 * echo of the first, or `deadlineMs`, ends it at once with status 1. An exception that nobody
 * caught closes, too: what comes after it cannot be trusted.
 */
export function closeOnSignal(
  close: () => Promise<void>,
  options: { log: Logger; deadlineMs: number },
): void {
  const { log, deadlineMs } = options
  let closingSince: number | undefined
  const end = (code: number) => {
    log.flush()
    process.exit(code)
  }
  const begin = (why: string, code: number) => {
    if (closingSince !== undefined) {
      if (Date.now() - closingSince > ECHO_MS) end(1)
      return
    }
    closingSince = Date.now()
    log.info({ why }, 'closing')
    setTimeout(() => {
      log.error({ deadlineMs }, 'closing took too long')
      end(1)
    }, deadlineMs).unref()
    close().then(
      () => end(code),
      (error) => {
        log.error({ err: error }, 'closing failed')
        end(1)
      },
    )
  }
  process.on('SIGINT', () => begin('SIGINT', 0))
  process.on('SIGTERM', () => begin('SIGTERM', 0))
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception')
    begin('uncaughtException', 1)
  })
}
