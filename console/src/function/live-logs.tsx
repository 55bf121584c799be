import { useState } from 'preact/hooks'
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
  const { lines, state, failure, clear } = useLiveLines(
    path`/functions/${name}/logs`,
    filter,
    isFollowing,
  )
  return (
    <section>
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
        {isFollowing
          ? WORDS[state]
          : '❙❙ Paused: what is written meanwhile comes when it is followed again'}
      </p>
      {isFollowing && <Failure error={failure} what="live logs" />}
      {lines.length === 0 && state === 'live' && (
        <Empty title="No lines yet">
          <p>
            What the function prints appears here while it runs. Call it under{' '}
            <Link to={['functions', name, 'test']}>Test</Link>.
          </p>
        </Empty>
      )}
      {lines.length > 0 && (
        <LogLines lines={lines} label={`Log of ${name}`} isFollowing={isFollowing} />
      )}
    </section>
  )
}

const WORDS = {
  opening: '◐ Connecting …',
  live: '● Live',
  broken: '▲ The connection broke: trying again, from the last line that came',
  refused: '✕ Not live',
} as const
