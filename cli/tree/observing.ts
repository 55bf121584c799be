import { type Command, Option } from 'commander'
import type { InvocationFilter } from '../../api/shapes.ts'
import { LOG_LEVELS } from '../../core/logs/line-structure.ts'
import { action } from '../command.ts'
import { since, until, wholeNumber, yes } from './options.ts'

const GROUP = 'Observe:'
const LEVELS = LOG_LEVELS.map((level) => level.toLowerCase())
const STATES = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'expired',
  'cancelled',
] as const satisfies readonly InvocationFilter['state'][]
const runs = () => import('../commands/runs.ts')
const deadLetters = () => import('../commands/dead-letters.ts')

/** What there is, and what happened. */
export function addObserving(program: Command): void {
  program
    .command('list')
    .alias('ls')
    .helpGroup(GROUP)
    .description('list the functions')
    .action(action(async () => (await import('../commands/functions.ts')).list))
  program
    .command('describe')
    .helpGroup(GROUP)
    .description('show a function: its configuration, triggers, versions, address')
    .argument('<function>', 'its name')
    .action(action(async () => (await import('../commands/functions.ts')).describe))
  addLogs(program)
  addRuns(program)
  addDeadLetters(program)
  program
    .command('usage')
    .helpGroup(GROUP)
    .description('show what was used, and what it would have cost on Lambda')
    .argument('[function]', 'of this one alone')
    .addOption(since())
    .addOption(until())
    .action(action(async () => (await import('../commands/usage.ts')).usage))
}

function addLogs(program: Command): void {
  program
    .command('logs')
    .helpGroup(GROUP)
    .description('show what a function logged')
    .argument('<function>', 'its name')
    .option('-f, --follow', 'go on with what it logs from now on, until Ctrl-C')
    .option('-i, --invocation <id>', 'of one invocation')
    .addOption(new Option('-l, --level <level>', 'of this level and above').choices(LEVELS))
    .option('-s, --search <text>', 'lines with this text')
    .addOption(since())
    .addOption(until())
    .option('-n, --limit <number>', 'at most so many of the last lines', wholeNumber(1, 1000), 100)
    .action(action(async () => (await import('../commands/logs.ts')).logs))
}

function addRuns(program: Command): void {
  const group = program
    .command('runs')
    .helpGroup(GROUP)
    .description('look at invocations, cancel and retry them')
  group
    .command('list')
    .alias('ls')
    .description('list invocations, newest first')
    .argument('[function]', 'of this function')
    .addOption(new Option('--state <state>', 'in this state').choices(STATES))
    .addOption(new Option('--type <type>', 'of this type').choices(['RequestResponse', 'Event']))
    .option('--error <type>', 'that ended with this type of error')
    .addOption(since())
    .addOption(until())
    .option('-n, --limit <number>', 'at most so many', wholeNumber(1, 100), 20)
    .option('--cursor <cursor>', 'go on where the list before ended')
    .action(action(async () => (await runs()).list))
  group
    .command('get')
    .description('show an invocation: its state, its attempts, where its time went')
    .argument('<id>', 'its id')
    .action(action(async () => (await runs()).get))
  group
    .command('cancel')
    .description('cancel an invocation that is still queued')
    .argument('<id>', 'its id')
    .action(action(async () => (await runs()).cancel))
  group
    .command('retry')
    .description('run the same event again, as a new invocation')
    .argument('<id>', 'its id')
    .option('-q, --qualifier <name>', 'on this version or alias')
    .action(action(async () => (await runs()).retry))
}

function addDeadLetters(program: Command): void {
  const group = program
    .command('dead-letters')
    .alias('dlq')
    .helpGroup(GROUP)
    .description('look at what failed for good, and take it up again')
  group
    .command('list', { isDefault: true })
    .alias('ls')
    .description('list the dead letters of a function, newest first')
    .argument('<function>', 'its name')
    .option('-n, --limit <number>', 'at most so many', wholeNumber(1, 100), 50)
    .option('--cursor <cursor>', 'go on where the list before ended')
    .action(action(async () => (await deadLetters()).list))
  group
    .command('show')
    .description('show a dead letter, with its event')
    .argument('<function>', 'its name')
    .argument('<id>', 'of the invocation')
    .action(action(async () => (await deadLetters()).show))
  group
    .command('redrive')
    .description('take up a dead letter again, or all of them')
    .argument('<function>', 'its name')
    .argument('[id]', 'of the invocation; all if not given')
    .action(action(async () => (await deadLetters()).redrive))
  group
    .command('purge')
    .description('forget a dead letter, or all of them')
    .argument('<function>', 'its name')
    .argument('[id]', 'of the invocation; all if not given')
    .addOption(yes())
    .action(action(async () => (await deadLetters()).purge))
}
