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

/**
 * What the API answers at `route`, read again every `everyMs` while the page is looked at. Without a route
 * nothing is read. `accepts` is a status that is an answer as well, and no error.
 */
export function useResource<T>(
  route: string | undefined,
  everyMs?: number,
  accepts?: number,
): Resource<T> {
  const [known, setKnown] = useState<Known<T>>({ route: undefined })
  const [round, setRound] = useState(0)
  const latest = useRef(0)
  const reload = useCallback(() => setRound((before) => before + 1), [])

  useEffect(() => {
    if (route === undefined) return
    latest.current += 1
    const mine = latest.current
    const isMine = () => mine === latest.current
    call<T>(`GET ${route}`, { accepts }).then(
      (data) => isMine() && setKnown({ route, data }),
      (error: unknown) =>
        isMine() && setKnown((before) => failed(before, route, apiErrorOf(error))),
    )
  }, [route, round, accepts])

  // What this platform does not have, it will not have a moment later.
  const isNotOffered = known.route === route && known.error?.isNotOffered === true
  useEffect(() => {
    if (everyMs === undefined || isNotOffered) return
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), everyMs)
    return () => clearInterval(timer)
  }, [everyMs, reload, isNotOffered])

  const isKnown = known.route === route
  return {
    ...(isKnown && known.data !== undefined && { data: known.data }),
    ...(isKnown && known.error !== undefined && { error: known.error }),
    isLoading: route !== undefined && !isKnown,
    reload,
  }
}

function failed<T>(before: Known<T>, route: string, error: ApiError): Known<T> {
  return before.route === route ? { ...before, error } : { route, error }
}

/** Anything thrown, in one shape. */
export function apiErrorOf(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  return new ApiError(0, { message: thrown instanceof Error ? thrown.message : String(thrown) })
}
