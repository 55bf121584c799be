import { ago, sizeOf } from '../amount-text.ts'
import { answered, type Client } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { confirm } from '../confirm.ts'
import { allPages, noteMore } from '../pages.ts'
import { fields, table } from '../table.ts'
import { triggerText } from '../trigger-plan.ts'
import { targetText } from './aliases.ts'

export async function list({ client, screen }: Context): Promise<void> {
  const pages = await functionPages(client)
  const functions = pages.flatMap((page) => page.functions)
  screen.result({ functions }, () => {
    if (functions.length === 0) {
      return ['There is no function yet: make one with "hearth init", then "hearth deploy"']
    }
    return table([
      ['NAME', 'MEMORY', 'TIMEOUT', 'CODE', 'CHANGED', 'DESCRIPTION'],
      ...functions.map((one) => [
        one.name,
        `${one.memoryMb} MB`,
        `${one.timeoutSeconds} s`,
        sizeOf(one.codeSize),
        `${ago(one.lastModified)} ago`,
        one.description,
      ]),
    ])
  })
  noteMore(screen, pages)
}

/** All functions, until `signal` if it is given. */
export async function functionPages({ api }: Client, signal: AbortSignal | null = null) {
  return await allPages((after) =>
    api.GET('/functions', { params: { query: { limit: 100, ...after } }, signal }),
  )
}

export async function describe({ client, screen }: Context, { words }: Given): Promise<void> {
  const [name = ''] = words
  const { api, allowing } = client
  const params = { path: { name } }
  const definition = answered(await api.GET('/functions/{name}', { params }))
  const [triggers, aliases, url] = await Promise.all([
    api.GET('/functions/{name}/triggers', { params }),
    api.GET('/functions/{name}/aliases', { params }),
    api.GET('/functions/{name}/url', { params, ...allowing(404) }),
  ])
  const whole = {
    ...definition,
    triggers: answered(triggers).triggers,
    aliases: answered(aliases).aliases,
    url: url.data?.url,
  }
  screen.result(whole, () => [
    ...fields({
      name,
      description: whole.description,
      handler: whole.handler,
      runtime: whole.runtime,
      memory: `${whole.memoryMb} MB`,
      timeout: `${whole.timeoutSeconds} s`,
      concurrency: whole.concurrency,
      reserved: whole.reservedConcurrency ?? undefined,
      egress: Array.isArray(whole.egress) ? whole.egress.join(', ') : whole.egress,
      reads: whole.buckets.read?.join(', '),
      writes: whole.buckets.write?.join(', '),
      environment: Object.keys(whole.environment).join(', '),
      layers: whole.layers.map(({ arn }) => arn).join(', '),
      code: `${sizeOf(whole.codeSize)}, sha256 ${whole.codeSha256}`,
      changed: `${whole.lastModified} (${ago(whole.lastModified)} ago)`,
      'last version': whole.lastVersion,
      url: whole.url,
    }),
    ...whole.aliases.map((alias) => `alias ${alias.name} → ${targetText(alias)}`),
    ...whole.triggers.map((one) => `trigger ${one.type} ${triggerText(one)} (${one.id})`),
  ])
}

export async function remove(
  { client, screen }: Context,
  { words, options }: Given<{ yes?: boolean }>,
): Promise<void> {
  const [name = ''] = words
  await client.api.GET('/functions/{name}', { params: { path: { name } } })
  await confirm(screen, `Delete ${name}, with its triggers, versions and aliases?`, options)
  await client.api.DELETE('/functions/{name}', { params: { path: { name } } })
  screen.result({ deleted: name }, () => [`Function ${name}: deleted`])
}
