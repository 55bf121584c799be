import type { Command } from 'commander'
import type { Client } from './client.ts'
import { Screen } from './screen.ts'
import { type ClientSettings, readClientSettings } from './settings.ts'

/** What a command works with. */
export interface Context {
  screen: Screen
  settings: ClientSettings
  client: Client
}

/** What a command was called with: its arguments in their order, and its options by their names. */
export interface Given<Options = Record<string, unknown>> {
  words: readonly string[]
  options: Options
  /** The whole command line, for those that are about it. */
  program: Command
}

/** One command. Throws Problem. */
export type Run = (context: Context, given: Given<never>) => Promise<void>

/** The action of a command, whose code is loaded when it is called: the others cost nothing. */
export function action(load: () => Promise<Run>): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command
    const options = command.optsWithGlobals()
    const settings = readClientSettings({ url: options.url as string | undefined })
    const [{ Client }, run] = await Promise.all([import('./client.ts'), load()])
    const words = command.processedArgs.flat().filter((word) => word !== undefined) as string[]
    const context = {
      screen: new Screen({ json: options.json === true }),
      settings,
      client: new Client(settings),
    }
    await run(context, { words, options: options as never, program: rootOf(command) })
  }
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command
}
