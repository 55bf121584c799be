import { CommanderError } from 'commander'
import { EXIT, Problem } from './problem.ts'
import { buildProgram } from './program.ts'
import { Screen } from './screen.ts'

// Who reads may have had enough, as `head` has: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  await buildProgram().parseAsync()
} catch (error) {
  process.exitCode = endedWith(error)
}

/** Says what went wrong; the exit code. */
function endedWith(error: unknown): number {
  // It has said so itself; asking for help or the version is none.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage
  if (!(error instanceof Problem)) throw error
  new Screen({ json: process.argv.includes('--json') }).problem(error)
  return error.exitCode
}
