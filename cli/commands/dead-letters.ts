import { ago } from '../amount-text.ts'
import { answered } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { confirm } from '../confirm.ts'
import { table } from '../table.ts'
import { errorOf, invocationLines } from './invocation-lines.ts'

interface ListOptions {
  limit: number
  cursor?: string
}

export async function list({ client, screen }: Context, given: Given<ListOptions>): Promise<void> {
  const [name = ''] = given.words
  const { limit, cursor } = given.options
  const query = { limit, ...(cursor !== undefined && { cursor }) }
  const page = answered(
    await client.api.GET('/functions/{name}/dead-letters', { params: { path: { name }, query } }),
  )
  const letters = page.invocations
  screen.result({ invocations: letters, cursor: page.cursor }, () =>
    letters.length === 0
      ? [`${name} has no dead letter`]
      : table([
          ['ID', 'STATE', 'CREATED', 'ERROR'],
          ...letters.map((one) => [one.id, one.state, `${ago(one.createdAt)} ago`, errorOf(one)]),
        ]),
  )
  if (page.cursor) screen.hint(`There are more: --cursor ${page.cursor}`)
}

export async function show({ client, screen }: Context, { words }: Given): Promise<void> {
  const [name = '', id = ''] = words
  const params = { path: { name, id } }
  const letter = answered(await client.api.GET('/functions/{name}/dead-letters/{id}', { params }))
  screen.result(letter, () => [...invocationLines(letter), `event ${JSON.stringify(letter.event)}`])
}

export async function redrive({ client, screen }: Context, { words }: Given): Promise<void> {
  const [name = '', id] = words
  const { api } = client
  if (id === undefined) {
    const params = { path: { name } }
    const all = answered(await api.POST('/functions/{name}/dead-letters/redrive', { params }))
    screen.result(all, () => [`${all.redriven} taken up again, ${all.left} left`])
    return
  }
  const params = { path: { name, id } }
  const one = answered(await api.POST('/functions/{name}/dead-letters/{id}/redrive', { params }))
  const words_ = one.invocationId
    ? `taken up again as ${one.invocationId}`
    : 'its end is told again'
  screen.result(one, () => [`${id}: ${words_}`])
}

export async function purge(
  { client, screen }: Context,
  { words, options }: Given<{ yes?: boolean }>,
): Promise<void> {
  const [name = '', id] = words
  const { api } = client
  await confirm(screen, `Forget ${id ?? 'all dead letters'} of ${name}?`, options)
  if (id === undefined) {
    const params = { path: { name } }
    const all = answered(await api.DELETE('/functions/{name}/dead-letters', { params }))
    screen.result(all, () => [`${all.purged} forgotten`])
    return
  }
  await api.DELETE('/functions/{name}/dead-letters/{id}', { params: { path: { name, id } } })
  screen.result({ purged: 1 }, () => [`${id}: forgotten`])
}
