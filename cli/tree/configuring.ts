import { type Command, Option } from 'commander'
import { action } from '../command.ts'
import { gather, json, yes } from './options.ts'

const GROUP = 'Configure:'
const AUTH_TYPES = ['NONE', 'AWS_IAM']
const INVOKE_MODES = ['BUFFERED', 'RESPONSE_STREAM']
const triggers = () => import('../commands/triggers.ts')
const env = () => import('../commands/env.ts')
const secrets = () => import('../commands/secrets.ts')
const url = () => import('../commands/url.ts')
const aliases = () => import('../commands/aliases.ts')
const versions = () => import('../commands/versions.ts')

/** What a function has around its code. */
export function addConfiguring(program: Command): void {
  addTriggers(program)
  addUrl(program)
  addEnv(program)
  addSecrets(program)
  addVersions(program)
  addAliases(program)
  program
    .command('rm')
    .alias('delete')
    .helpGroup(GROUP)
    .description('delete a function, with its triggers, versions and aliases')
    .argument('<function>', 'its name')
    .addOption(yes())
    .action(action(async () => (await import('../commands/functions.ts')).remove))
}

function addTriggers(program: Command): void {
  const group = program
    .command('triggers')
    .helpGroup(GROUP)
    .description('what calls a function by itself')
  group
    .command('list', { isDefault: true })
    .alias('ls')
    .description('list the triggers of a function')
    .argument('<function>', 'its name')
    .action(action(async () => (await triggers()).list))
  group
    .command('add')
    .description('add a trigger: exactly one of --schedule, --bucket and --pattern')
    .argument('<function>', 'its name')
    .option(
      '--schedule <expression>',
      'rate(5 minutes), cron(0 9 ? * MON-FRI *), at(2026-01-31T09:30:00)',
    )
    .option('--timezone <name>', 'of the schedule: Europe/Berlin; default: UTC')
    .option('--input <json>', 'the event that the schedule gives', json)
    .option('--bucket <name>', 'objects of this bucket, which is made where it is missing')
    .option('--event <name>', 's3:ObjectCreated:* if not given; may be repeated', gather)
    .option('--prefix <text>', 'only objects whose keys begin so')
    .option('--suffix <text>', 'only objects whose keys end so')
    .option('--pattern <json>', 'events that fit this pattern of EventBridge', json)
    .option('-q, --qualifier <name>', 'calls this version or alias')
    .action(action(async () => (await triggers()).add))
  group
    .command('rm')
    .description('remove a trigger')
    .argument('<function>', 'its name')
    .argument('<id>', 'of the trigger')
    .addOption(yes())
    .action(action(async () => (await triggers()).remove))
}

function addUrl(program: Command): void {
  const qualifier = () => new Option('-q, --qualifier <alias>', 'of this alias')
  const group = program
    .command('url')
    .helpGroup(GROUP)
    .description('the address at which anybody calls a function')
  group
    .command('show', { isDefault: true })
    .description('show it')
    .argument('<function>', 'its name')
    .addOption(qualifier())
    .action(action(async () => (await url()).show))
  group
    .command('create')
    .description('give it one, or change how it serves there; what is not given stays')
    .argument('<function>', 'its name')
    .addOption(qualifier())
    .addOption(
      new Option('--auth <type>', 'who may call it: anybody, or who signs').choices(AUTH_TYPES),
    )
    .addOption(
      new Option('--mode <mode>', 'answers as a whole, or as they are made').choices(INVOKE_MODES),
    )
    .action(action(async () => (await url()).create))
  group
    .command('rm')
    .description('take it away')
    .argument('<function>', 'its name')
    .addOption(qualifier())
    .addOption(yes())
    .action(action(async () => (await url()).remove))
}

function addEnv(program: Command): void {
  const group = program
    .command('env')
    .helpGroup(GROUP)
    .description('the environment variables of a function')
  group
    .command('list', { isDefault: true })
    .alias('ls')
    .description('list them')
    .argument('<function>', 'its name')
    .action(action(async () => (await env()).list))
  group
    .command('set')
    .description('set some, and leave the others')
    .argument('<function>', 'its name')
    .argument('<NAME=value...>', 'what to set')
    .action(action(async () => (await env()).set))
  group
    .command('rm')
    .description('remove some')
    .argument('<function>', 'its name')
    .argument('<NAME...>', 'what to remove')
    .addOption(yes())
    .action(action(async () => (await env()).remove))
}

function addSecrets(program: Command): void {
  const group = program
    .command('secrets')
    .helpGroup(GROUP)
    .description('what a function must know and nobody else may read')
  group
    .command('set')
    .description('set a secret, from standard input or a prompt')
    .argument('<function>', 'its name')
    .argument('<NAME>', 'as the function finds it in its environment')
    .argument('[value]', 'better not: others on this machine see it, and the shell remembers it')
    .action(action(async () => (await secrets()).set))
  group
    .command('list', { isDefault: true })
    .alias('ls')
    .description('list their names')
    .argument('<function>', 'its name')
    .action(action(async () => (await secrets()).list))
  group
    .command('rm')
    .description('remove a secret')
    .argument('<function>', 'its name')
    .argument('<NAME>', 'which')
    .addOption(yes())
    .action(action(async () => (await secrets()).remove))
}

function addVersions(program: Command): void {
  const group = program
    .command('versions')
    .helpGroup(GROUP)
    .description('published states of a function')
  group
    .command('list', { isDefault: true })
    .alias('ls')
    .description('list versions and aliases')
    .argument('<function>', 'its name')
    .action(action(async () => (await versions()).list))
  group
    .command('publish')
    .description('publish the current state as a version')
    .argument('<function>', 'its name')
    .option('-d, --description <text>', 'what it is')
    .option('--alias <name>', 'point this alias at it; it is made where it is missing')
    .action(action(async () => (await versions()).publish))
  group
    .command('rm')
    .description('delete a version that no alias points at')
    .argument('<function>', 'its name')
    .argument('<version>', 'its number')
    .addOption(yes())
    .action(action(async () => (await versions()).remove))
  program
    .command('rollback')
    .helpGroup(GROUP)
    .description('serve an earlier version again')
    .argument('<function>', 'its name')
    .argument('[version]', 'its number; default: the one before')
    .option('--alias <name>', 'move this alias; default: the only one there is, or else $LATEST')
    .addOption(yes())
    .action(action(async () => (await versions()).rollback))
}

function addAliases(program: Command): void {
  const group = program
    .command('aliases')
    .helpGroup(GROUP)
    .description('names that point at versions of a function')
  group
    .command('list', { isDefault: true })
    .alias('ls')
    .description('list them')
    .argument('<function>', 'its name')
    .action(action(async () => (await aliases()).list))
  group
    .command('set')
    .description('point an alias at a version; it is made where it is missing')
    .argument('<function>', 'its name')
    .argument('<alias>', 'its name')
    .argument('<version>', 'a number, or $LATEST')
    .option('--weight <version=share>', 'this share goes to another: 3=10%; without it, none')
    .option('-d, --description <text>', 'what it is; stays if not given')
    .action(action(async () => (await aliases()).set))
  group
    .command('rm')
    .description('delete an alias')
    .argument('<function>', 'its name')
    .argument('<alias>', 'its name')
    .addOption(yes())
    .action(action(async () => (await aliases()).remove))
}
