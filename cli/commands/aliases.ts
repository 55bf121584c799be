import type { Alias } from '../../api/shapes.ts'
import { answered, type Client } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { confirm } from '../confirm.ts'
import { misuse } from '../problem.ts'
import { table } from '../table.ts'

export async function list({ client, screen }: Context, { words }: Given): Promise<void> {
  const [name = ''] = words
  const aliases = await aliasesOf(client, name)
  screen.result({ aliases }, () => {
    if (aliases.length === 0) {
      return [`${name} has no alias: point one with "hearth aliases set ${name} NAME VERSION"`]
    }
    return table([
      ['ALIAS', 'VERSION', 'DESCRIPTION'],
      ...aliases.map((alias) => [alias.name, targetText(alias), alias.description]),
    ])
  })
}

interface SetOptions {
  weight?: string
  description?: string
}

export async function set({ client, screen }: Context, given: Given<SetOptions>): Promise<void> {
  const [name = '', alias = '', version = ''] = given.words
  const { weight, description } = given.options
  const pointed = await pointAlias(client, {
    name,
    alias,
    version,
    ...(weight !== undefined && { weights: weightsOf(weight) }),
    ...(description !== undefined && { description }),
  })
  screen.result(pointed.alias, () => [
    `Function ${name}: ${alias} → ${targetText(pointed.alias)}${pointed.instead}`,
  ])
}

/** Reads "3=0.1" or "3=10%". */
function weightsOf(text: string): Record<string, number> {
  const [, version, share, percent] = /^(\d+)=(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? []
  const weight = Number(share) / (percent ? 100 : 1)
  if (version !== undefined && weight <= 1) return { [version]: weight }
  throw misuse(`"${text}" is no weight`, 'Write VERSION=SHARE, for instance 3=10% or 3=0.1.')
}

export async function remove(
  { client, screen }: Context,
  { words, options }: Given<{ yes?: boolean }>,
): Promise<void> {
  const [name = '', alias = ''] = words
  const params = { path: { name, alias } }
  await client.api.GET('/functions/{name}/aliases/{alias}', { params })
  await confirm(screen, `Delete ${alias} of ${name}? What waits for it fails.`, options)
  await client.api.DELETE('/functions/{name}/aliases/{alias}', { params })
  screen.result({ deleted: alias }, () => [`Function ${name}: ${alias} deleted`])
}

/** The version that an alias points at, and what share goes to another: "4, and 10 % to 3". */
export function targetText({ functionVersion, weights }: Alias): string {
  const [other, share = 0] = Object.entries(weights)[0] ?? []
  if (other === undefined) return functionVersion
  return `${functionVersion}, and ${Number((share * 100).toFixed(2))} % to ${other}`
}

export async function aliasesOf({ api }: Client, name: string): Promise<Alias[]> {
  const answer = await api.GET('/functions/{name}/aliases', { params: { path: { name } } })
  return answered(answer).aliases
}

interface Pointing {
  name: string
  alias: string
  version: string
  weights?: Record<string, number>
  description?: string
}

/**
 * Points an alias at a version, all of its invocations unless there are weights; its description stays.
 * `instead` tells what it was before, where that was another. Throws Problem where somebody else has
 * changed it meanwhile.
 */
export async function pointAlias(
  { api, allowing }: Client,
  { name, alias, version, weights = {}, description }: Pointing,
): Promise<{ alias: Alias; instead: string }> {
  const params = { path: { name, alias } }
  const { data: before } = await api.GET('/functions/{name}/aliases/{alias}', {
    params,
    ...allowing(404),
  })
  const kept = before && { description: before.description, revisionId: before.revisionId }
  const body = {
    ...kept,
    functionVersion: version,
    weights,
    ...(description !== undefined && { description }),
  }
  const pointed = answered(await api.PUT('/functions/{name}/aliases/{alias}', { params, body }))
  const [was, is] = [before && targetText(before), targetText(pointed)]
  return { alias: pointed, instead: was && was !== is ? `, instead of ${was}` : '' }
}
