import { clock } from '../format.ts'
import type { LogLine } from '../types.ts'

const SHAPES: Readonly<Record<string, string>> = { ERROR: '✕', FATAL: '✕', WARN: '▲' }

interface LogLinesProps {
  lines: readonly LogLine[]
  label: string
}

/** Lines of a log. A function may have written anything: it is put down as text, and nothing else. */
export function LogLines({ lines, label }: LogLinesProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <div class="log" role="log" aria-label={label} tabIndex={0}>
      {lines.map(({ time, text, level, invocationId }, index) => {
        const named = level?.toUpperCase()
        return (
          <div key={`${time}-${index}`} class={`line ${named?.toLowerCase() ?? ''}`}>
            <time
              dateTime={time}
              title={invocationId === undefined ? time : `${time}, ${invocationId}`}
            >
              {clock(time)}
            </time>{' '}
            {named !== undefined && (
              <span class="level">
                <span aria-hidden="true">{SHAPES[named] ?? ''}</span>
                {named}{' '}
              </span>
            )}
            <span class="text">{text}</span>
          </div>
        )
      })}
    </div>
  )
}
