import { misuse, Problem } from './problem.ts'
import type { Screen } from './screen.ts'

/** Asks at a terminal; elsewhere nothing is done that was not confirmed with --yes. Throws Problem. */
export async function confirm(
  { isInteractive }: Screen,
  question: string,
  { yes }: { yes?: boolean },
): Promise<void> {
  if (yes) return
  if (!isInteractive) throw misuse(`It was not confirmed: ${question}`, 'Add --yes.')
  const prompts = await import('@clack/prompts')
  const answer = await prompts.confirm({
    message: question,
    initialValue: false,
    output: process.stderr,
  })
  if (answer !== true) throw new Problem('Nothing was done', 'Answer "yes" to go on.')
}
