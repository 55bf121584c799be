import { answered, type Client } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { confirm } from '../confirm.ts'
import { misuse, Problem } from '../problem.ts'

type Environment = Record<string, string>

export async function list({ client, screen }: Context, { words }: Given): Promise<void> {
  const [name = ''] = words
  const environment = await read(client, name)
  if (Object.keys(environment).length === 0) screen.hint(`${name} has no environment variable`)
  screen.result({ environment }, () =>
    Object.entries(environment).map(([name, value]) => `${name}=${value}`),
  )
}

export async function set(context: Context, { words }: Given): Promise<void> {
  const [name = '', ...pairs] = words
  const changes = pairs.map((pair): [string, string] => {
    const [, variable, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
    if (variable !== undefined && value !== undefined) return [variable, value]
    throw misuse(`"${pair}" sets nothing`, `Write NAME=value: hearth env set ${name} LEVEL=debug`)
  })
  const environment = await read(context.client, name)
  await write(context, name, { ...environment, ...Object.fromEntries(changes) })
}

export async function remove(
  context: Context,
  { words, options }: Given<{ yes?: boolean }>,
): Promise<void> {
  const [name = '', ...variables] = words
  const environment = await read(context.client, name)
  const unknown = variables.find((variable) => !Object.hasOwn(environment, variable))
  if (unknown !== undefined) {
    throw new Problem(`${name} has no variable "${unknown}"`, `See "hearth env list ${name}".`)
  }
  await confirm(context.screen, `Remove ${variables.join(', ')} of ${name}?`, options)
  const left = Object.entries(environment).filter(([variable]) => !variables.includes(variable))
  await write(context, name, Object.fromEntries(left))
}

async function read({ api }: Client, name: string): Promise<Environment> {
  return answered(await api.GET('/functions/{name}', { params: { path: { name } } })).environment
}

async function write({ client, screen }: Context, name: string, environment: Environment) {
  await client.api.PATCH('/functions/{name}', { params: { path: { name } }, body: { environment } })
  const count = Object.keys(environment).length
  screen.result({ environment }, () => [
    `Function ${name}: ${count} ${count === 1 ? 'variable' : 'variables'}; the next call has them`,
  ])
}
