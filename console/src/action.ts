import { useState } from 'preact/hooks'
import type { ApiError } from './api.ts'
import { apiErrorOf } from './resource.ts'

export interface Action {
  isRunning: boolean
  error?: ApiError
  /** What was done last, for the eyes and for screen readers. */
  done?: string
  /** Runs it once at a time; what it resolves to is said when it is done. */
  run(work: () => Promise<string | undefined>): void
}

/**
 * Something that a press of a button does, with its wait, its error and its success; `reload` is called after a
 * success.
 */
export function useAction(reload?: () => void): Action {
  const [state, setState] = useState<Omit<Action, 'run'>>({ isRunning: false })
  const run = (work: () => Promise<string | undefined>) => {
    if (state.isRunning) return
    setState({ isRunning: true })
    work().then(
      (done) => {
        setState({ isRunning: false, ...(done !== undefined && { done }) })
        reload?.()
      },
      (error: unknown) => setState({ isRunning: false, error: apiErrorOf(error) }),
    )
  }
  return { ...state, run }
}
