import { styleText } from 'node:util'
import { inert, inertJson } from './inert.ts'
import type { Problem } from './problem.ts'
import { refusesColor } from './settings.ts'

type Format = 'red' | 'green' | 'yellow' | 'cyan' | 'dim'

/** One line for a reader, or its parts: each plain, or with its format before it. */
export type Line = string | readonly Part[]
type Part = string | readonly [format: Format, text: string]

export interface ScreenOptions {
  /** Results are JSON on one line, for programs. */
  json: boolean
}

/**
 * What a command shows: results on standard output, all that is about them on standard error. Whatever
 * is shown to a reader is made inert here, and nowhere else.
 */
export class Screen {
  readonly json: boolean
  /** Somebody sits there who can be asked. */
  readonly isInteractive: boolean

  constructor({ json }: ScreenOptions) {
    this.json = json
    this.isInteractive = Boolean(process.stdin.isTTY && process.stderr.isTTY) && !json
  }

  /** A result: as JSON where that was asked for, else the lines that `lines` makes of it. */
  result(value: object, lines: () => readonly Line[]): void {
    if (this.json) process.stdout.write(`${inertJson(value)}\n`)
    else for (const line of lines()) this.print(line)
  }

  print(line: Line): void {
    process.stdout.write(`${shown(line, process.stdout)}\n`)
  }

  /** What a function answered: as it is for a file or a pipe, but a terminal is not to be steered by it. */
  printBody(body: Buffer, { isText }: { isText: boolean }): void {
    if (process.stdout.isTTY) this.print(body.toString())
    else process.stdout.write(isText ? `${body}\n` : body)
  }

  /** Something about the result, or on the way to it; as JSON `value`. */
  note(line: Line, value: object = { note: plain(line) }): void {
    const text = this.json ? inertJson(value) : shown(line, process.stderr)
    process.stderr.write(`${text}\n`)
  }

  /** The same for a reader alone: what to do next, or what a program sees by itself. */
  hint(line: Line): void {
    if (!this.json) this.note(line)
  }

  problem({ message, remedy }: Problem): void {
    if (this.json) this.note('', { error: { message, remedy } })
    else for (const line of [[['red', message]], remedy] as const) this.note(line)
  }
}

/** Plain where `stream` is no terminal, or colours are not wanted. */
function shown(line: Line, stream: NodeJS.WriteStream): string {
  if (!stream.isTTY || refusesColor()) return inert(plain(line))
  const parts = typeof line === 'string' ? [line] : line
  return parts
    .map((part) =>
      typeof part === 'string'
        ? inert(part)
        : styleText(part[0], inert(part[1]), { validateStream: false }),
    )
    .join('')
}

function plain(line: Line): string {
  if (typeof line === 'string') return line
  return line.map((part) => (typeof part === 'string' ? part : part[1])).join('')
}
