import type { FunctionDefinition } from '../../api/shapes.ts'
import { ago, sizeOf } from '../amount-text.ts'
import { answered, type Client } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { confirm } from '../confirm.ts'
import { allPages, noteMore } from '../pages.ts'
import { misuse, Problem } from '../problem.ts'
import { table } from '../table.ts'

export async function list({ client, screen }: Context, { words }: Given): Promise<void> {
  const [name = ''] = words
  const pages = await versionPages(client, name)
  const versions = pages.flatMap((page) => page.versions)
  const aliases = await aliasesOf(client, name)
  screen.result({ versions, aliases }, () => {
    if (versions.length === 0) {
      return [`${name} has no version: publish one with "hearth versions publish ${name}"`]
    }
    return table([
      ['VERSION', 'ALIASES', 'CODE', 'PUBLISHED', 'DESCRIPTION'],
      ...versions.toReversed().map((one) => [
        one.version,
        aliases
          .filter((alias) => alias.functionVersion === one.version)
          .map(({ name: alias }) => alias)
          .join(', '),
        sizeOf(one.codeSize),
        `${ago(one.lastModified)} ago`,
        one.description,
      ]),
    ])
  })
  noteMore(screen, pages)
}

interface PublishOptions {
  description?: string
  alias?: string
}

export async function publish(
  { client, screen }: Context,
  given: Given<PublishOptions>,
): Promise<void> {
  const [name = ''] = given.words
  const { description, alias } = given.options
  const version = await publishVersion(client, name, description)
  if (alias !== undefined) await pointAlias(client, { name, alias, version })
  screen.result({ version, ...(alias !== undefined && { alias }) }, () => [
    `Function ${name}: version ${version}${alias === undefined ? '' : `, and ${alias} points at it`}`,
  ])
}

/** Its number; where nothing has changed since the last one, that one's. */
export async function publishVersion({ api }: Client, name: string, description?: string) {
  const body = description === undefined ? {} : { description }
  const answer = await api.POST('/functions/{name}/versions', { params: { path: { name } }, body })
  return answered(answer).version
}

interface RollbackOptions {
  alias?: string
  yes?: boolean
}

/**
 * An alias is pointed at the version before the one it serves. Without any alias, the function's
 * current state becomes that of the version.
 */
export async function rollback(context: Context, given: Given<RollbackOptions>): Promise<void> {
  const { client, screen } = context
  const [name = '', wanted] = given.words
  const versions = (await versionPages(client, name)).flatMap((page) => page.versions)
  const alias = await aliasMeant(client, name, given.options.alias)
  if (alias) {
    const version = wanted ?? before(versions, alias.functionVersion)
    await pointAlias(client, { name, alias: alias.name, version })
    screen.result({ alias: alias.name, version }, () => [
      `Function ${name}: ${alias.name} serves version ${version} again, instead of ${alias.functionVersion}`,
    ])
    return
  }
  const latest = answered(await client.api.GET('/functions/{name}', { params: { path: { name } } }))
  const published = versions.findLast(({ codeSha256 }) => codeSha256 === latest.codeSha256)
  const version = wanted ?? before(versions, published?.version ?? '$LATEST')
  if (!published) {
    await confirm(screen, `Replace the code of ${name}, which no version has?`, given.options)
  }
  await client.api.POST('/functions/{name}/versions/{version}/restore', {
    params: { path: { name, version } },
  })
  screen.result({ version }, () => [`Function ${name}: is as version ${version} again`])
}

type Alias = Awaited<ReturnType<typeof aliasesOf>>[number]

async function aliasMeant(
  client: Client,
  name: string,
  given?: string,
): Promise<Alias | undefined> {
  const aliases = await aliasesOf(client, name)
  const names = aliases.map(({ name: alias }) => alias)
  if (given !== undefined) {
    const found = aliases.find(({ name: alias }) => alias === given)
    if (found) return found
    throw new Problem(
      `${name} has no alias "${given}"`,
      names.length > 0 ? `It has ${names.join(', ')}.` : 'Leave --alias out: it has none.',
    )
  }
  if (aliases.length <= 1) return aliases[0]
  throw misuse(`${name} has several aliases: ${names.join(', ')}`, 'Say which: --alias NAME.')
}

/** The newest version below `current`; `$LATEST` is above all. */
function before(versions: readonly FunctionDefinition[], current: string): string {
  const limit = current === '$LATEST' ? Number.POSITIVE_INFINITY : Number(current)
  const found = versions.findLast(({ version }) => Number(version) < limit)
  if (found) return found.version
  throw new Problem(
    `There is no version before ${current}`,
    'Versions are published with "hearth versions publish" or "hearth deploy --publish".',
  )
}

async function pointAlias(
  { api }: Client,
  { name, alias, version }: { name: string; alias: string; version: string },
): Promise<void> {
  const params = { path: { name, alias } }
  await api.PUT('/functions/{name}/aliases/{alias}', { params, body: { functionVersion: version } })
}

async function versionPages({ api }: Client, name: string) {
  return await allPages((after) =>
    api.GET('/functions/{name}/versions', {
      params: { path: { name }, query: { limit: 100, ...after } },
    }),
  )
}

async function aliasesOf({ api }: Client, name: string) {
  return answered(await api.GET('/functions/{name}/aliases', { params: { path: { name } } }))
    .aliases
}
