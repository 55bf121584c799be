import { useState } from 'preact/hooks'
import { type Action, useAction } from '../action.ts'
import type { ApiError } from '../api.ts'
import { Outcome } from '../parts/notice.tsx'

interface SavingProps {
  action: Action
  what: string
  /** Reads again what somebody else has changed. */
  onLoad(): Promise<unknown>
}

/** What became of saving; where somebody else was first, the way to go on. */
export function Saving({ action, what, onLoad }: SavingProps) {
  const loading = useAction()
  const [settled, setSettled] = useState<ApiError>()
  const { error } = action
  if (error?.code !== 'RevisionMismatch') return <Outcome action={action} what={what} />
  if (error === settled) return <Outcome action={loading} what={what} />
  const load = () =>
    loading.run(async () => {
      await onLoad()
      setSettled(error)
      return 'Read again: this is how it is now, with what you have entered on top'
    })
  return (
    <div class="failure" role="alert">
      <strong>✕ Changed meanwhile</strong>
      <p>Somebody else has changed it since it was read here, so nothing was saved.</p>
      <button type="button" disabled={loading.isRunning} onClick={load}>
        Load it again
      </button>{' '}
      <span class="faint">What you have entered stays.</span>
      <Outcome action={loading} what={what} />
    </div>
  )
}
