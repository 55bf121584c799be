import { createInterface } from 'node:readline/promises'

/** Asks whoever sits at the terminal; nobody there agrees. Whoever ends the input has declined. */
export async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return true
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const ended = new AbortController()
  // The terminal is the question's: without this Ctrl-C would only leave it.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  terminal.once('close', () => ended.abort())
  try {
    const answer = await terminal.question(`${question} [Y/n] `, { signal: ended.signal })
    return !/^n/i.test(answer.trim())
  } catch (error) {
    if (!ended.signal.aborted) throw error
    process.stdout.write('\n')
    return false
  } finally {
    terminal.close()
  }
}
