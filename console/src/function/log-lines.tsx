import { Component } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { clock } from '../format.ts'
import type { LogLine } from '../types.ts'

const SHAPES: Readonly<Record<string, string>> = { ERROR: '✕', FATAL: '✕', WARN: '▲' }
/** So near to its end a log counts as read to the end. */
const NEAR_PX = 8

/** As the runtime writes what a handler logs: time, id and level, which are shown beside it, and the message. */
const CONSOLE = /^[\d-]+T[\d:.]+Z\t[^\t]*\t[A-Z]+\t(.*)$/s

interface LogLinesProps {
  /** With numbers where lines leave at the beginning: each stays what it was. */
  lines: readonly (LogLine & { number?: number })[]
  label: string
  /** Whether what is added comes into view, as long as nobody has scrolled up. */
  isFollowing?: boolean
}

/** Lines of a log. A function may have written anything: it is put down as text, and nothing else. */
export function LogLines({ lines, label, isFollowing = false }: LogLinesProps) {
  const log = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const newest = lines.at(-1)?.number
  // Each new line is one to scroll to, at once: a scroll event that came in between, of the line before,
  // would find the end farther down, as if somebody had scrolled up.
  useLayoutEffect(() => {
    const element = log.current
    if (element && isFollowing && isAtEnd.current) element.scrollTop = element.scrollHeight
  }, [newest, isFollowing])
  const scrolled = ({ currentTarget: at }: { currentTarget: HTMLElement }) => {
    isAtEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight <= NEAR_PX
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <div ref={log} class="log" role="log" aria-label={label} tabIndex={0} onScroll={scrolled}>
      {lines.map((line, index) => (
        <Line key={line.number ?? index} of={line} />
      ))}
    </div>
  )
}

/** A line that is written never changes. */
class Line extends Component<{ of: LogLine }> {
  override shouldComponentUpdate({ of }: { of: LogLine }): boolean {
    return of !== this.props.of
  }

  render() {
    const { time, text, level, invocationId } = this.props.of
    const named = level?.toUpperCase()
    const [, message = text] = CONSOLE.exec(text) ?? []
    return (
      <div class={`line ${named?.toLowerCase() ?? ''}`}>
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
        <span class="text">{message}</span>
      </div>
    )
  }
}
