import { text } from 'node:stream/consumers'
import { ago } from '../amount-text.ts'
import { answered } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { confirm } from '../confirm.ts'
import { misuse, Problem } from '../problem.ts'
import type { Screen } from '../screen.ts'
import { table } from '../table.ts'

export async function set({ client, screen }: Context, { words }: Given): Promise<void> {
  const [name = '', key = '', argument] = words
  if (argument !== undefined) {
    screen.note(
      'A secret on a command line is seen by others on this machine, and kept by the shell.',
    )
  }
  const value = argument ?? (await secretFor(screen, key))
  const params = { path: { name, key } }
  await client.api.PUT('/functions/{name}/secrets/{key}', { params, body: { value } })
  screen.result({ set: key }, () => [`Secret ${key} of ${name}: set`])
}

/** From a prompt at a terminal, else all of standard input, without the line end that `echo` adds. */
async function secretFor(screen: Screen, key: string): Promise<string> {
  if (!process.stdin.isTTY) {
    const value = (await text(process.stdin)).replace(/\r?\n$/, '')
    if (value !== '') return value
    throw misuse(
      `Standard input had no value for ${key}`,
      'Pipe one: pass show db | hearth secrets set …',
    )
  }
  if (!screen.isInteractive) throw misuse(`No value for ${key}`, 'Pipe one into standard input.')
  const prompts = await import('@clack/prompts')
  const value = await prompts.password({ message: `Value of ${key}`, output: process.stderr })
  if (typeof value === 'string' && value !== '') return value
  throw new Problem('Nothing was done', 'A secret needs a value.')
}

export async function list({ client, screen }: Context, { words }: Given): Promise<void> {
  const [name = ''] = words
  const { secrets } = answered(
    await client.api.GET('/functions/{name}/secrets', { params: { path: { name } } }),
  )
  screen.result({ secrets }, () =>
    secrets.length === 0
      ? [`${name} has no secret: set one with "hearth secrets set ${name} NAME"`]
      : table([
          ['NAME', 'SET'],
          ...secrets.map(({ name: key, updatedAt }) => [key, `${ago(updatedAt)} ago`]),
        ]),
  )
}

export async function remove(
  { client, screen }: Context,
  { words, options }: Given<{ yes?: boolean }>,
): Promise<void> {
  const [name = '', key = ''] = words
  await confirm(screen, `Remove the secret ${key} of ${name}?`, options)
  await client.api.DELETE('/functions/{name}/secrets/{key}', { params: { path: { name, key } } })
  screen.result({ removed: key }, () => [`Secret ${key} of ${name}: removed`])
}
