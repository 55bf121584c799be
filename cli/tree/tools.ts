import { Argument, type Command } from 'commander'
import { action } from '../command.ts'

const GROUP = 'Tools:'

/** About the platform, and the command line itself. */
export function addTools(program: Command): void {
  program
    .command('open')
    .helpGroup(GROUP)
    .description('open the console in a browser')
    .argument('[function]', 'at this function')
    .action(action(async () => (await import('../commands/open.ts')).open))
  program
    .command('doctor')
    .helpGroup(GROUP)
    .description('look for what is wrong with the platform, each with its remedy')
    .action(action(async () => (await import('../commands/doctor.ts')).doctor))
  program
    .command('completion')
    .helpGroup(GROUP)
    .description('print what makes a shell complete commands: eval "$(hearth completion bash)"')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(action(async () => (await import('../commands/completion.ts')).completion))
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .helpOption(false)
    .allowUnknownOption()
    .action(action(async () => (await import('../commands/completion.ts')).complete))
}
