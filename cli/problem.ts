/** How a command ended, for whoever called it; docs/cli.md has the list. */
export const EXIT = {
  refused: 1,
  usage: 2,
  functionFailed: 3,
  unreachable: 4,
} as const

/** What keeps a command line from doing its work: what is wrong, and what to do about it. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly remedy: string
  /** One of EXIT. */
  readonly exitCode: number

  constructor(message: string, remedy: string, options: ErrorOptions & { exitCode?: number } = {}) {
    super(message, options)
    this.remedy = remedy
    this.exitCode = options.exitCode ?? EXIT.refused
  }
}

/** A Problem of how a command was called. */
export function misuse(message: string, remedy: string): Problem {
  return new Problem(message, remedy, { exitCode: EXIT.usage })
}

/** What was thrown, whatever it is. What nobody foresaw says where in the code it was. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  const place = /\n {4}at .*?([\w-]+\.[jt]s:\d+):\d+/.exec(stack)?.[1]
  return new Problem(
    `Unexpected: ${name}: ${message}${place === undefined ? '' : ` (${place})`}`,
    'That is a mistake of the command line: report it with this line and what was called.',
    { cause: error },
  )
}
