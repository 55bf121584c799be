import { useCallback, useEffect, useState } from 'preact/hooks'
import { type ApiError, call, path, query } from '../api.ts'
import { apiErrorOf, type Resource } from '../resource.ts'
import type { FunctionDefinition } from '../types.ts'

const LIMIT = 100

/** Every version of a function, ascending: the API lists the oldest first, so the newest are on the last page. */
export function useVersions(name: string): Resource<FunctionDefinition[]> {
  const [known, setKnown] = useState<{ data?: FunctionDefinition[]; error?: ApiError }>({})
  const [round, setRound] = useState(0)
  const reload = useCallback(() => setRound((before) => before + 1), [])
  useEffect(() => {
    let isGone = false
    readVersions(name).then(
      (data) => !isGone && setKnown({ data }),
      (error: unknown) =>
        !isGone && setKnown((before) => ({ ...before, error: apiErrorOf(error) })),
    )
    return () => {
      isGone = true
    }
  }, [name, round])
  return { ...known, isLoading: known.data === undefined && !known.error, reload }
}

async function readVersions(name: string): Promise<FunctionDefinition[]> {
  const versions: FunctionDefinition[] = []
  let cursor: string | undefined
  do {
    const route = path`/functions/${name}/versions` + query({ limit: LIMIT, cursor })
    const page = await call<{ versions: FunctionDefinition[]; cursor?: string }>(`GET ${route}`)
    versions.push(...page.versions)
    cursor = page.cursor
  } while (cursor !== undefined)
  return versions
}
