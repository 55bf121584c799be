import { useEffect, useRef, useState } from 'preact/hooks'
import { path, query } from '../api.ts'
import { Choice, TextField } from '../parts/field.tsx'
import { Empty, Failure } from '../parts/notice.tsx'
import { Link } from '../router.tsx'
import { useSettled } from '../settled.ts'
import { useLiveLines } from './live-lines.ts'
import { LogLines } from './log-lines.tsx'
import type { PartProps } from './part-props.ts'

const LEVELS = [
  ['', 'all'],
  ['debug', 'debug and up'],
  ['info', 'info and up'],
  ['warn', 'warnings and errors'],
  ['error', 'errors'],
] as const

/** What the function writes, as it writes it. */
export function LiveLogs({ definition: { name } }: PartProps) {
  const [level, setLevel] = useState('')
  const [search, setSearch] = useState('')
  const [invocation, setInvocation] = useState('')
  const [isFollowing, setIsFollowing] = useState(true)
  const filter = query({ level, search: useSettled(search), invocation: useSettled(invocation) })
  const { lines, state, refusal, clear } = useLiveLines(
    path`/functions/${name}/logs`,
    filter,
    isFollowing,
  )
  const end = useRef<HTMLDivElement>(null)
  const count = lines.length
  useEffect(() => {
    const log = end.current?.querySelector('.log')
    if (isFollowing && count > 0 && log) log.scrollTop = log.scrollHeight
  }, [count, isFollowing])
  return (
    <section ref={end}>
      <h2 class="unseen">Logs</h2>
      <div class="row">
        <Choice label="Level" value={level} options={LEVELS} onChoice={setLevel} />
        <TextField label="Text" value={search} onText={setSearch} />
        <TextField label="Invocation" value={invocation} onText={setInvocation} />
        <button
          type="button"
          aria-pressed={!isFollowing}
          onClick={() => setIsFollowing(!isFollowing)}
        >
          {isFollowing ? '❙❙ Pause' : '▶ Follow'}
        </button>
        <button type="button" onClick={clear}>
          Clear
        </button>
      </div>
      <p class="facts" role="status">
        {isFollowing ? WORDS[state] : '❙❙ Paused: new lines wait'}
      </p>
      {state === 'polling' && <Failure error={refusal} what="live logs" />}
      {lines.length === 0 ? (
        <Empty title="No lines yet">
          <p>
            What the function prints appears here while it runs. Call it under{' '}
            <Link to={['functions', name, 'test']}>Test</Link>.
          </p>
        </Empty>
      ) : (
        <LogLines lines={lines} label={`Log of ${name}`} />
      )}
    </section>
  )
}

const WORDS = {
  opening: '◐ Connecting …',
  live: '● Live',
  broken: '▲ The connection broke: trying again, from the last line that came',
  polling: '○ Not live: the last lines are read every second',
} as const
