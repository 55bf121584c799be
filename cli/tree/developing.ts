import { type Command, Option } from 'commander'
import { action } from '../command.ts'
import { SAMPLE_NAMES } from '../samples.ts'

const GROUP = 'Develop:'

/** From an empty folder to a function that was called. */
export function addDeveloping(program: Command): void {
  program
    .command('init')
    .helpGroup(GROUP)
    .description('make the folder of a new function, from a template')
    .argument('[folder]', 'where; its last part is the name of the function')
    .option('-t, --template <name>', 'the example to begin with')
    .action(action(async () => (await import('../commands/init.ts')).init))
  program
    .command('dev')
    .helpGroup(GROUP)
    .description('deploy all functions of a folder at each save, and show their logs')
    .argument('[folder]', 'of a function, or of several', '.')
    .option('--no-logs', 'do not show what the functions log')
    .action(action(async () => (await import('../commands/dev.ts')).dev))
  program
    .command('deploy')
    .helpGroup(GROUP)
    .description('bring the functions of a folder onto the platform, as their hearth.json says')
    .argument('[folders...]', 'of a function, or of several; default: this one')
    .option('--publish', 'publish what was deployed as a version')
    .action(action(async () => (await import('../commands/deploy.ts')).deployFolders))
  addInvoke(program)
}

function addInvoke(program: Command): void {
  program
    .command('invoke')
    .helpGroup(GROUP)
    .description('call a function; its result goes to standard output, its log to standard error')
    .argument('<function>', 'its name')
    .argument('[event]', 'JSON; "-" reads standard input; default: {}')
    .option('-f, --file <path>', 'read the event from a file')
    .addOption(
      new Option('-s, --sample <name>', 'take an event as AWS sends it').choices(SAMPLE_NAMES),
    )
    .option('-q, --qualifier <name>', 'call this version or alias')
    .option('-a, --async', 'queue it, and print its id')
    .option('--idempotency-key <key>', 'with --async: a repeat within a day runs nothing')
    .option('--no-log', 'do not show what it logged')
    .action(action(async () => (await import('../commands/invoke.ts')).invoke))
}
