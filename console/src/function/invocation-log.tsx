import { useEffect, useState } from 'preact/hooks'
import { path, query } from '../api.ts'
import { Failure } from '../parts/notice.tsx'
import { useResource } from '../resource.ts'
import type { LogLine } from '../types.ts'
import { LogLines } from './log-lines.tsx'

const LIMIT = 500
const POLL_MS = 300
/** Lines are written after the answer has left; what has not come by then, comes no more. */
const POLLS_MAX = 20

/** The log of one invocation; read again until its last line is there. */
export function InvocationLog({ name, id }: { name: string; id: string }) {
  const [polls, setPolls] = useState(0)
  const log = useResource<{ lines: LogLine[] }>(
    path`/functions/${name}/logs` + query({ invocation: id, limit: LIMIT }),
  )
  const lines = log.data?.lines ?? []
  const isWhole = lines.some(({ text }) => text.startsWith('REPORT '))
  const { reload } = log
  useEffect(() => {
    if (isWhole || polls >= POLLS_MAX) return
    const timer = setTimeout(() => {
      setPolls(polls + 1)
      reload()
    }, POLL_MS)
    return () => clearTimeout(timer)
  }, [isWhole, polls, reload])
  if (log.error) return <Failure error={log.error} what="logs" />
  if (lines.length === 0) {
    return (
      <p class="faint">
        {polls < POLLS_MAX ? 'Waiting for its lines …' : 'It wrote nothing that is kept.'}
      </p>
    )
  }
  return <LogLines lines={lines} label="Log of this invocation" />
}
