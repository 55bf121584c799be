import type { Invocation, InvocationFilter } from '../../api/shapes.ts'
import { ago } from '../amount-text.ts'
import { answered } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { logText } from '../log-text.ts'
import { table } from '../table.ts'
import { errorOf, invocationLines } from './invocation-lines.ts'

interface ListOptions {
  state?: InvocationFilter['state']
  type?: InvocationFilter['type']
  error?: string
  since?: string
  until?: string
  limit: number
  cursor?: string
}

export async function list({ client, screen }: Context, given: Given<ListOptions>): Promise<void> {
  const [name] = given.words
  const { state, type, error, since, until, limit, cursor } = given.options
  const query = {
    limit,
    ...(state !== undefined && { state }),
    ...(type !== undefined && { type }),
    ...(error !== undefined && { error }),
    ...(since !== undefined && { from: since }),
    ...(until !== undefined && { to: until }),
    ...(cursor !== undefined && { cursor }),
  }
  const { api } = client
  const page = answered(
    name === undefined
      ? await api.GET('/invocations', { params: { query } })
      : await api.GET('/functions/{name}/invocations', { params: { path: { name }, query } }),
  )
  screen.result(page, () =>
    page.invocations.length === 0 ? ['No invocation is like that'] : rowsOf(page.invocations),
  )
  if (page.cursor) screen.hint(`There are more: --cursor ${page.cursor}`)
}

function rowsOf(invocations: readonly Invocation[]): string[] {
  return table([
    ['ID', 'FUNCTION', 'STATE', 'CREATED', 'TOOK', 'START', 'ERROR'],
    ...invocations.map((one) => [
      one.id,
      one.functionName,
      one.state,
      `${ago(one.createdAt)} ago`,
      one.durationMs === undefined ? '' : `${one.durationMs} ms`,
      one.start ?? '',
      errorOf(one),
    ]),
  ])
}

export async function get({ client, screen }: Context, { words }: Given): Promise<void> {
  const [id = ''] = words
  const invocation = answered(
    await client.api.GET('/invocations/{id}', { params: { path: { id } } }),
  )
  const params = { path: { name: invocation.functionName }, query: { invocation: id, limit: 1000 } }
  // A function may be gone while its invocations are still kept.
  const log = await client.api.GET('/functions/{name}/logs', { params, ...client.allowing(404) })
  const lines = log.data?.lines ?? []
  screen.result({ ...invocation, log: lines }, () => [
    ...invocationLines(invocation),
    ...lines.map(logText),
  ])
}

export async function cancel({ client, screen }: Context, { words }: Given): Promise<void> {
  const [id = ''] = words
  const params = { path: { id } }
  const invocation = answered(await client.api.DELETE('/invocations/{id}', { params }))
  screen.result(invocation, () => [`${id}: cancelled`])
}

export async function retry(
  { client, screen }: Context,
  { words, options: { qualifier } }: Given<{ qualifier?: string }>,
): Promise<void> {
  const [id = ''] = words
  const accepted = answered(
    await client.api.POST('/invocations/{id}/replay', {
      params: { path: { id } },
      body: qualifier === undefined ? {} : { qualifier },
    }),
  )
  screen.result(accepted, () => [accepted.id])
}
