import { isDeepStrictEqual } from 'node:util'
import type { Alias, FunctionDefinition } from '../../api/shapes.ts'
import { ago, sizeOf } from '../amount-text.ts'
import { answered, type Client } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { confirm } from '../confirm.ts'
import { allPages, noteMore } from '../pages.ts'
import { misuse, Problem } from '../problem.ts'
import { table } from '../table.ts'
import { aliasesOf, pointAlias } from './aliases.ts'

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
      ...versions
        .toReversed()
        .map((one) => [
          one.version,
          aliases.flatMap((alias) => shareText(alias, one.version)).join(', '),
          sizeOf(one.codeSize),
          `${ago(one.lastModified)} ago`,
          one.description,
        ]),
    ])
  })
  noteMore(screen, pages)
}

/** An alias beside one of its versions, with the share that this one gets where there are two: "live 90 %". */
function shareText({ name, functionVersion, weights }: Alias, version: string): string[] {
  const [other, share = 0] = Object.entries(weights)[0] ?? []
  const percent = (part: number) => `${name} ${Number((part * 100).toFixed(2))} %`
  if (version === other) return [percent(share)]
  if (version !== functionVersion) return []
  return [other === undefined ? name : percent(1 - share)]
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
  const before = answered(await client.api.GET('/functions/{name}', { params: { path: { name } } }))
  const version = await publishVersion(client, name, description)
  const same =
    Number(version) === before.lastVersion ? ', as before: nothing has changed since' : ''
  if (alias === undefined) {
    screen.result({ version }, () => [`Function ${name}: version ${version}${same}`])
    return
  }
  const { instead } = await pointAlias(client, { name, alias, version })
  screen.result({ version, alias }, () => [
    `Function ${name}: version ${version}, and ${alias} points at it${instead}`,
  ])
}

/** Its number; where nothing has changed since the last one, that one's. */
export async function publishVersion({ api }: Client, name: string, description?: string) {
  const body = description === undefined ? {} : { description }
  const answer = await api.POST('/functions/{name}/versions', { params: { path: { name } }, body })
  return answered(answer).version
}

export async function remove(
  { client, screen }: Context,
  { words, options }: Given<{ yes?: boolean }>,
): Promise<void> {
  const [name = '', version = ''] = words
  const params = { path: { name, version } }
  const query = { qualifier: version }
  await client.api.GET('/functions/{name}', { params: { path: { name }, query } })
  await confirm(screen, `Delete version ${version} of ${name}? What waits for it fails.`, options)
  await client.api.DELETE('/functions/{name}/versions/{version}', { params })
  screen.result({ deleted: version }, () => [`Function ${name}: version ${version} deleted`])
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
  if (wanted !== undefined && !/^\d+$/.test(wanted)) {
    throw misuse(
      `"${wanted}" is no version`,
      'Give its number, as "hearth versions list" has it; --alias NAME moves an alias.',
    )
  }
  const versions = (await versionPages(client, name)).flatMap((page) => page.versions)
  const alias = await aliasMeant(client, name, given.options.alias)
  if (alias) {
    const version = wanted ?? before(versions, alias.functionVersion)
    const { instead } = await pointAlias(client, { name, alias: alias.name, version })
    screen.result({ alias: alias.name, version }, () => [
      `Function ${name}: ${alias.name} serves version ${version} again${instead}`,
    ])
    return
  }
  const latest = answered(await client.api.GET('/functions/{name}', { params: { path: { name } } }))
  const published = versions.findLast(({ codeSha256 }) => codeSha256 === latest.codeSha256)
  const version = wanted ?? before(versions, published?.version ?? '$LATEST')
  if (!versions.some((one) => isDeepStrictEqual(restoredOf(one), restoredOf(latest)))) {
    const what = published ? 'configuration' : 'code'
    const question = `Make ${name} version ${version} again? No version has its ${what} of now.`
    await confirm(screen, question, given.options)
  }
  // What somebody deploys while the question is being answered is not overwritten.
  const query = { revisionId: latest.revisionId }
  await client.api.POST('/functions/{name}/versions/{version}/restore', {
    params: { path: { name, version }, query },
  })
  screen.result({ version }, () => [`Function ${name}: is as version ${version} again`])
  screen.hint(
    'Its folder is as it was: the next deployment of that, or save under dev, replaces this.',
  )
}

/** What the restoring of a version overwrites. */
function restoredOf(one: FunctionDefinition) {
  const { codeSha256, layers, handler, runtime, environment } = one
  const { memoryMb, timeoutSeconds, concurrency = 1, buckets, egress, aws = {} } = one
  const limits = { memoryMb, timeoutSeconds, concurrency }
  return { codeSha256, layers, handler, runtime, environment, limits, buckets, egress, aws }
}

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
    versions.length === 0 ? 'It has no version yet' : `There is no version before ${current}`,
    'Versions are published with "hearth versions publish" or "hearth deploy --publish".',
  )
}

async function versionPages({ api }: Client, name: string) {
  return await allPages((after) =>
    api.GET('/functions/{name}/versions', {
      params: { path: { name }, query: { limit: 100, ...after } },
    }),
  )
}
