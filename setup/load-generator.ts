import { findProgram } from './command.ts'
import type { Setup } from './setup.ts'
import type { Part } from './setup-result.ts'

/** Finds wrk, which loads servers for the bench at a small fraction of what they spend themselves. */
export async function prepareLoadGenerator(setup: Setup): Promise<Part> {
  const found = await findProgram('wrk')
  if (found) {
    setup.report.found('load generator', found)
    return { state: 'ready', value: found }
  }
  const obstacle = await setup.apt.install('load generator', ['wrk'])
  const installed = obstacle ? undefined : await findProgram('wrk')
  if (installed) {
    setup.report.made('load generator', `${installed}, installed`)
    return { state: 'ready', value: installed }
  }
  const reason = `wrk is not there, and ${obstacle ?? 'its package does not bring it'}`
  setup.report.missing('load generator', reason)
  return { state: 'missing', reason }
}
