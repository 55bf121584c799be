/** Thrown when something did not end in its time; whoever waited goes on without it. */
export class DeadlineExceeded extends Error {
  override name = 'DeadlineExceeded'
}

/**
 * Runs `work` and waits for it at most `ms` milliseconds, whether or not it heeds the signal that
 * it is given. A result that comes later is dropped.
 */
export async function withDeadline<T>(
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new DeadlineExceeded(`${what} took longer than ${ms} ms`))
    controller.abort()
  }, ms)
  const running = work(controller.signal)
  // Its own failure after the deadline is nobody's any more.
  running.catch(() => undefined)
  try {
    return await Promise.race([running, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits for what cannot fail, but at most `ms` milliseconds. */
export async function waitAtMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([work, promise])
  clearTimeout(timer)
}
