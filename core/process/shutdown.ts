import type { Logger } from '../logs/logger.ts'

/** npm and the terminal both pass a Ctrl-C on, so the same one arrives twice within moments. */
const ECHO_MS = 500

/**
 * Runs `close` on the first SIGINT or SIGTERM and ends the process. A second one, later than an
 * echo of the first, aborts `hurry`: what runs is not waited for any more, but everything is still
 * cleaned up. A third one, or `deadlineMs`, ends the process at once with status 1. An exception
 * that nobody caught closes, too: what comes after it cannot be trusted.
 */
export function closeOnSignal(
  close: (hurry: AbortSignal) => Promise<void>,
  options: { log: Logger; deadlineMs: number },
): void {
  const { log, deadlineMs } = options
  const hurry = new AbortController()
  let signalledAt: number | undefined
  const end = (code: number) => {
    log.flush()
    process.exit(code)
  }
  const begin = (why: string, code: number) => {
    if (signalledAt !== undefined) {
      if (Date.now() - signalledAt <= ECHO_MS) return
      if (hurry.signal.aborted) end(1)
      signalledAt = Date.now()
      log.warn('closing at once: what runs is ended')
      hurry.abort()
      return
    }
    signalledAt = Date.now()
    log.info({ why }, 'closing: what runs is waited for; signal again to end it')
    setTimeout(() => {
      log.error({ deadlineMs }, 'closing took too long')
      end(1)
    }, deadlineMs).unref()
    close(hurry.signal).then(
      () => {
        log.info('closed')
        end(code)
      },
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
