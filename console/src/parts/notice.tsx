import type { ComponentChildren } from 'preact'
import type { Action } from '../action.ts'
import type { ApiError } from '../api.ts'
import type { Resource } from '../resource.ts'

/** What went wrong and what to do; what this platform does not have is said as that. */
export function Failure({ error, what }: { error: ApiError | undefined; what: string }) {
  if (!error) return null
  if (error.isNotOffered) {
    return <p class="note">This platform does not offer {what}. A newer one may.</p>
  }
  return (
    <div class="failure">
      {/* Its text stays the same for as long as the cause does: each change is read out. */}
      <div role="alert">
        <strong>✕ {error.message}</strong>
        {error.remedy !== '' && <p>{error.remedy}</p>}
      </div>
      {error.requestId !== '' && <p class="faint">Request {error.requestId}</p>}
    </div>
  )
}

/** The state of an action beside its button. */
export function Outcome({ action, what }: { action: Action; what: string }) {
  return (
    <div aria-live="polite">
      <Failure error={action.error} what={what} />
      {action.done !== undefined && <p class="done">✓ {action.done}</p>}
    </div>
  )
}

/** Says what there would be, and the next step to have it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  )
}

interface LoadedProps<T> {
  of: Resource<T>
  what: string
  children: (data: T) => ComponentChildren
}

/** Shows what was read; else that it is waited for, or why there is nothing. An old answer stays beside an error. */
export function Loaded<T>({ of, what, children }: LoadedProps<T>) {
  return (
    <>
      <Failure error={of.error} what={what} />
      {of.data !== undefined && children(of.data)}
      {of.data === undefined && !of.error && of.isLoading && (
        <p class="faint" role="status">
          Reading {what} …
        </p>
      )}
    </>
  )
}
