import { CommanderError } from 'commander'
import { EXIT, misuse, Problem, problemOf } from './problem.ts'
import { buildProgram } from './program.ts'
import { Screen } from './screen.ts'

const json = process.argv.includes('--json')

// Who reads may have had enough, as `head` has: then the work is done unheard, and ends as it ends.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return
  const message = `Standard output cannot be written: ${error.message}`
  process.exit(endedWith(new Problem(message, 'Write it to another place.', { cause: error })))
})
process.stderr.on('error', () => undefined)

try {
  await buildProgram({ json }).parseAsync()
} catch (error) {
  process.exitCode = endedWith(error)
}

/** Says what went wrong; the exit code. */
function endedWith(error: unknown): number {
  const problem = error instanceof CommanderError ? misuseOf(error) : problemOf(error)
  if (problem) new Screen({ json }).problem(problem)
  return problem?.exitCode ?? (process.exitCode as number | undefined) ?? 0
}

/** Of a command line that commander did not understand; nothing where it has answered it: help, the version. */
function misuseOf({ code, message, exitCode }: CommanderError): Problem | undefined {
  if (exitCode === 0) return undefined
  const remedy = 'hearth --help lists the commands, hearth COMMAND --help its options.'
  if (code !== 'commander.help') return misuse(message.replace(/^error: /, ''), remedy)
  // Help was shown in the place of a command that is missing.
  if (json) return misuse('No command was given', remedy)
  process.exitCode = EXIT.usage
  return undefined
}
