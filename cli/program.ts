import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { ROOT } from './root.ts'
import { addConfiguring } from './tree/configuring.ts'
import { addDeveloping } from './tree/developing.ts'
import { addObserving } from './tree/observing.ts'
import { addTools } from './tree/tools.ts'

const AFTER_HELP = `
The platform is found at --url, or HEARTH_URL (default http://127.0.0.1:4327), with the key of HEARTH_API_KEY.
Exit codes: 0 done, 1 refused, 2 wrong usage, 3 the function failed, 4 platform not reached.`

/** All commands. What one does is loaded when it is called; a mistake is thrown, for the caller to tell. */
export function buildProgram({ json = false } = {}): Command {
  const program = new Command('hearth')
    .description('Functions on your own machine: write, deploy, call and watch them.')
    .version(versionOfPackage(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print what there is')
    .option('--json', 'print results and errors as JSON, for programs')
    .option('--url <address>', 'where the platform is, instead of HEARTH_URL')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .addHelpText('after', AFTER_HELP)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => undefined, ...(json && { writeErr: () => undefined }) })
  addDeveloping(program)
  addObserving(program)
  addConfiguring(program)
  addTools(program)
  return program
}

function versionOfPackage(): string {
  const file = path.join(ROOT, 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
