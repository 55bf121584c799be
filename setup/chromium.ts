import { findProgram } from './command.ts'
import type { Setup } from './setup.ts'
import type { Part } from './setup-result.ts'

/** Finds the browser that the tests of the console use. */
export async function prepareChromium(setup: Setup): Promise<Part> {
  const found = await findProgram('chromium')
  if (found) {
    setup.report.found('chromium', found)
    return { state: 'ready', value: found }
  }
  const obstacle = await setup.apt.install('chromium', ['chromium'])
  const installed = obstacle ? undefined : await findProgram('chromium')
  if (installed) {
    setup.report.made('chromium', `${installed}, installed`)
    return { state: 'ready', value: installed }
  }
  const reason = `chromium is not there, and ${obstacle ?? 'its package does not bring it'}`
  setup.report.missing('chromium', reason)
  return { state: 'missing', reason }
}
