/** npm passes a Ctrl-C on that the terminal has sent already: what follows so soon is the same one. */
const SAME_MS = 500

/**
 * Aborts at Ctrl-C or SIGTERM, for what goes on until then, and where nobody reads it any more. A second
 * Ctrl-C ends the process, should something still be waited for.
 */
export function untilInterrupted(): AbortSignal {
  const stop = new AbortController()
  let firstAt = 0
  process.stdout.on('error', () => stop.abort())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stop.signal.aborted) firstAt = Date.now()
      else if (Date.now() - firstAt > SAME_MS) process.exit(130)
      stop.abort()
    })
  }
  return stop.signal
}
