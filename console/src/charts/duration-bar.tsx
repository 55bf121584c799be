import { duration } from '../format.ts'

/** How a place is called by people. */
const NAMES: Readonly<Record<string, string>> = {
  queue: 'waiting for room',
  acquire: 'getting the sandbox',
  code: 'placing the code',
  init: 'loading the handler',
  handler: 'the handler',
  response: 'the way there and back',
}

interface DurationBarProps {
  parts: readonly { name: string; ms: number; note?: string }[]
  totalMs: number
  why?: string | undefined
}

/** Where the time of one invocation went: a bar, and the same as words and numbers. */
export function DurationBar({ parts, totalMs, why }: DurationBarProps) {
  const sum = parts.reduce((all, { ms }) => all + ms, 0) || 1
  return (
    <div class="duration">
      <div class="duration-bar" aria-hidden="true">
        {parts.map(({ name, ms }) => (
          <span key={name} class={`place ${name}`} style={{ flexGrow: ms / sum }} />
        ))}
      </div>
      <ul class="duration-legend">
        {parts.map(({ name, ms, note }) => (
          <li key={name}>
            <span class={`swatch place ${name}`} aria-hidden="true" /> {NAMES[name] ?? name}{' '}
            <strong>{duration(ms)}</strong>
            {note !== undefined && <span class="faint"> {note}</span>}
          </li>
        ))}
        <li>
          total <strong>{duration(totalMs)}</strong>
        </li>
      </ul>
      {why !== undefined && <p class="faint">No warm sandbox took it: {why}.</p>}
    </div>
  )
}
