import { path } from '../api.ts'
import type { Resource } from '../resource.ts'
import type { FunctionDefinition } from '../types.ts'
import { useWholeList } from '../whole-list.ts'

/** Every version of a function, ascending: the API lists the oldest first, so the newest are on the last page. */
export function useVersions(name: string): Resource<FunctionDefinition[]> {
  const { data, ...rest } = useWholeList<FunctionDefinition>(
    path`/functions/${name}/versions`,
    'versions',
  )
  return { ...rest, ...(data && { data: data.items }) }
}
