import type { Command, Option } from 'commander'
import { Check } from 'typebox/value'
import { FunctionName } from '../../core/identifiers.ts'
import type { Client } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { functionPages } from './functions.ts'

/** A shell that waits for longer seems to hang. */
const NAMES_MS = 1500

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_hearth() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(hearth complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _hearth hearth`,
  zsh: `_hearth() {
  local -a found
  found=("\${(@f)$(hearth complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n "$found" ]] && compadd -a found || _files
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _hearth hearth`,
  fish: `function __hearth_complete
  set -l words (commandline -opc)
  hearth complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c hearth -a '(__hearth_complete)'`,
}

export async function completion({ screen }: Context, { words }: Given): Promise<void> {
  screen.print(SCRIPTS[words[0] ?? ''] ?? '')
}

/** What may stand in the place of the last word, one a line: commands, options, names of functions. */
export async function complete(
  { client, screen }: Context,
  { words, program }: Given,
): Promise<void> {
  const before = words.slice(0, -1)
  const last = words.at(-1) ?? ''
  let command = program
  let isFree = false
  for (const [index, word] of before.entries()) {
    if (word.startsWith('-') || takesValue(before[index - 1], command, program)) continue
    const next = command.commands.find((one) => one.name() === word || one.alias() === word)
    if (next) command = next
    else isFree = true
  }
  const option = optionNamed(before.at(-1), command.options)
  const choices = option?.argChoices ?? choicesOf(command, program, last)
  const wantsName = !isFree && command.registeredArguments[0]?.name() === 'function'
  if (wantsName && !last.startsWith('-')) {
    choices.push(...(await namesOf(client)))
  }
  for (const choice of choices) if (choice.startsWith(last)) screen.print(choice)
}

/** None where the platform is away. bash runs what stands in the words it is given: only names pass. */
async function namesOf(client: Client): Promise<string[]> {
  try {
    const pages = await functionPages(client, AbortSignal.timeout(NAMES_MS))
    const names = pages.flatMap(({ functions }) => functions.map(({ name }) => name))
    return names.filter((name) => Check(FunctionName, name))
  } catch {
    return []
  }
}

function optionNamed(word: string | undefined, options: readonly Option[]): Option | undefined {
  return options.find(({ long, short }) => word !== undefined && [long, short].includes(word))
}

function takesValue(word: string | undefined, command: Command, program: Command): boolean {
  return optionNamed(word, [...command.options, ...program.options])?.required ?? false
}

function choicesOf(command: Command, program: Command, last: string): string[] {
  if (last.startsWith('-')) return optionsOf(command, program)
  return [...subcommands(command), ...(command.registeredArguments[0]?.argChoices ?? [])]
}

function subcommands(command: Command): string[] {
  return command.commands.map((one) => one.name()).filter((name) => name !== 'complete')
}

function optionsOf(command: Command, program: Command): string[] {
  const options = [...command.options, ...program.options]
  return ['--help', ...options.flatMap(({ long }) => long ?? [])]
}
