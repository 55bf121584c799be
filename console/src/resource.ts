import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, call } from './api.ts'

export interface Resource<T> {
  /** Of the last answer that was a success, also while another is waited for. */
  data?: T
  error?: ApiError
  isLoading: boolean
  reload(): void
}

interface Known<T> {
  route: string | undefined
  data?: T
  error?: ApiError
}

/** Milliseconds between an answer and the next question; undefined: it is not asked again. */
type Pace<T> = number | ((data: T | undefined) => number | undefined)

/**
 * What the API answers at `route`, read again at that pace while the page is looked at. Without a route
 * nothing is read. `accepts` is a status that is an answer as well, and no error.
 */
export function useResource<T>(
  route: string | undefined,
  pace?: Pace<T>,
  accepts?: number,
): Resource<T> {
  return useReading(route, (signal) => call<T>(`GET ${route}`, { accepts, signal }), pace)
}

/**
 * What `read` resolves to, for as long as `route` names it. One reading is under way at a time, and the next begins
 * after its end: a slow answer is shown late, and never dropped for the next one. Another route ends it.
 */
export function useReading<T>(
  route: string | undefined,
  read: (signal: AbortSignal) => Promise<T>,
  pace?: Pace<T>,
): Resource<T> {
  const [known, setKnown] = useState<Known<T>>({ route: undefined })
  const [round, setRound] = useState(0)
  const reload = useCallback(() => setRound((before) => before + 1), [])
  const latest = useRef({ read, pace })
  latest.current = { read, pace }
  const isRepeated = pace !== undefined

  useEffect(() => {
    if (route === undefined) return
    const end = new AbortController()
    const { signal } = end
    let timer: ReturnType<typeof setTimeout> | undefined
    const again = (data: T | undefined) => {
      const { pace: wanted } = latest.current
      const ms = typeof wanted === 'function' ? wanted(data) : wanted
      if (ms !== undefined) timer = setTimeout(onceSeen, ms, look, signal)
    }
    const look = () =>
      latest.current.read(signal).then(
        (data) => {
          if (signal.aborted) return
          setKnown({ route, data })
          again(data)
        },
        (thrown: unknown) => {
          if (signal.aborted) return
          const error = apiErrorOf(thrown)
          setKnown((before) => failed(before, route, error))
          // What this platform does not have, it will not have a moment later.
          if (!error.isNotOffered) again(undefined)
        },
      )
    void look()
    return () => {
      end.abort()
      clearTimeout(timer)
    }
  }, [route, round, isRepeated])

  const isKnown = known.route === route
  return {
    ...(isKnown && known.data !== undefined && { data: known.data }),
    ...(isKnown && known.error !== undefined && { error: known.error }),
    isLoading: route !== undefined && !isKnown,
    reload,
  }
}

/** Does it now, or when the page is looked at again. */
export function onceSeen(work: () => void, signal: AbortSignal): void {
  const look = () => {
    if (document.visibilityState !== 'visible') return
    document.removeEventListener('visibilitychange', look)
    work()
  }
  document.addEventListener('visibilitychange', look, { signal })
  look()
}

function failed<T>(before: Known<T>, route: string, error: ApiError): Known<T> {
  return before.route === route ? { ...before, error } : { route, error }
}

/** Anything thrown, in one shape. */
export function apiErrorOf(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  return new ApiError(0, { message: thrown instanceof Error ? thrown.message : String(thrown) })
}
