import { useEffect, useState } from 'preact/hooks'
import { path, query } from '../api.ts'
import { count } from '../format.ts'
import { Failure } from '../parts/notice.tsx'
import { useResource } from '../resource.ts'
import type { LogLine } from '../types.ts'
import { LogLines } from './log-lines.tsx'

/** As many as the API gives at once. */
const LIMIT = 1000
const RUNNING_POLL_MS = 1000
const ENDED_POLL_MS = 300
/** Lines are written after the answer has left; what has not come by then, comes no more. */
const GRACE_MS = 6000

interface InvocationLogProps {
  name: string
  id: string
  /** Whether no attempt is to come; its log is read on until then. */
  isOver?: boolean
  /** Each ends with a line of its own. */
  attempts?: number
}

/** The log of one invocation; read again until its last line is there. */
export function InvocationLog({ name, id, isOver = true, attempts = 1 }: InvocationLogProps) {
  const [isLate, setIsLate] = useState(false)
  useEffect(() => {
    if (!isOver) return
    const timer = setTimeout(() => setIsLate(true), GRACE_MS)
    return () => clearTimeout(timer)
  }, [isOver])
  const isWhole = (lines: readonly LogLine[]) =>
    isOver && lines.filter(({ text }) => text.startsWith('REPORT ')).length >= attempts
  const log = useResource<{ lines: LogLine[] }>(
    path`/functions/${name}/logs` + query({ invocation: id, limit: LIMIT }),
    (found) => {
      if (isLate || isWhole(found?.lines ?? [])) return undefined
      return isOver ? ENDED_POLL_MS : RUNNING_POLL_MS
    },
  )
  const lines = log.data?.lines ?? []
  if (lines.length === 0) {
    return log.error ? (
      <Failure error={log.error} what="logs" />
    ) : (
      <p class="faint">{isLate ? 'It wrote nothing that is kept.' : 'Waiting for its lines …'}</p>
    )
  }
  return (
    <>
      {lines.length === LIMIT && (
        <p class="note">These are its last {count(LIMIT)} lines; the log may have more before.</p>
      )}
      <LogLines lines={lines} label="Log of this invocation" />
    </>
  )
}
