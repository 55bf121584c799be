import { styleText } from 'node:util'
import type { Problem } from './problem.ts'
import { refusesColor } from './settings.ts'

type Format = Parameters<typeof styleText>[0]

export interface ScreenOptions {
  /** Results are JSON on one line, for programs. */
  json: boolean
}

/** What a command shows: results on standard output, all that is about them on standard error. */
export class Screen {
  readonly json: boolean
  /** Somebody sits there who can be asked. */
  readonly isInteractive: boolean

  constructor({ json }: ScreenOptions) {
    this.json = json
    this.isInteractive = Boolean(process.stdin.isTTY && process.stderr.isTTY) && !json
  }

  /** A result: as JSON where that was asked for, else the lines that `lines` makes of it. */
  result(value: unknown, lines: () => readonly string[]): void {
    if (this.json) this.print(JSON.stringify(value))
    else for (const line of lines()) this.print(line)
  }

  print(line: string): void {
    process.stdout.write(`${line}\n`)
  }

  /** Something about the result, or on the way to it. */
  note(line: string): void {
    process.stderr.write(`${line}\n`)
  }

  problem({ message, remedy }: Problem): void {
    if (this.json) this.note(JSON.stringify({ error: { message, remedy } }))
    else this.note(`${this.styled('red', message, process.stderr)}\n${remedy}`)
  }

  /** Plain where `stream` is no terminal, or colours are not wanted. */
  styled(format: Format, text: string, stream: NodeJS.WriteStream = process.stdout): string {
    return stream.isTTY && !refusesColor()
      ? styleText(format, text, { validateStream: false })
      : text
  }
}
