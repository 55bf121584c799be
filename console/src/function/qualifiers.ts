import { path } from '../api.ts'
import { useResource } from '../resource.ts'
import type { Alias } from '../types.ts'
import { useVersions } from './all-versions.ts'

type Options = [value: string, shown: string][]

const CURRENT: Options[number] = ['', 'the current state']

/** The aliases of a function, as a choice. */
export function useAliasOptions(name: string): Options {
  const { data } = useResource<{ aliases: Alias[] }>(path`/functions/${name}/aliases`)
  return [
    CURRENT,
    ...(data?.aliases ?? []).map((alias): Options[number] => [alias.name, alias.name]),
  ]
}

/** What of a function can be called: the current state, its aliases, and its versions, newest first. */
export function useQualifierOptions(name: string): Options {
  const aliases = useAliasOptions(name)
  const { data = [] } = useVersions(name)
  const versions = data.toReversed().map(({ version }): Options[number] => [version, version])
  return [...aliases, ...versions]
}
