import type { Answer } from '../../../api/shapes.ts'
import { path, query } from '../api.ts'
import { ago, count, duration, percent } from '../format.ts'
import { Pager, usePages } from '../paging.tsx'
import { Empty, Failure, Loaded } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import type { FunctionDefinition, Page, Sandbox, Trigger } from '../types.ts'

const LIMIT = 50
const REFRESH_MS = 5000
const USAGE_REFRESH_MS = 10_000
/** Of what each row asks for by itself. */
const ROW_REFRESH_MS = 30_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

type Usage = Answer<'/usage'>

/** All functions, and how they do. */
export function FunctionsPage() {
  const found = usePages<{ functions: FunctionDefinition[] } & Page>(
    `/functions${query({ limit: LIMIT })}`,
    REFRESH_MS,
  )
  const usage = useUsage(found.cursor)
  const sandboxes = useResource<{ sandboxes: Sandbox[] }>('/sandboxes', REFRESH_MS)
  const running = sandboxes.data && countsOf(sandboxes.data.sandboxes)
  return (
    <>
      <div class="head">
        <h1>Functions</h1>
        <Link to={['new']} class="button primary">
          New function
        </Link>
      </div>
      <Failure error={usage.error} what="usage" />
      <Failure error={sandboxes.error} what="sandboxes" />
      <Loaded of={found} what="functions">
        {({ functions }) =>
          functions.length === 0 ? (
            <Empty title="There are no functions yet">
              <p>
                <Link to={['new']}>Create one from a template</Link>: it takes a minute, and no
                other program.
              </p>
            </Empty>
          ) : (
            <Table
              caption="Functions; calls and errors are of the last 24 hours"
              rows={functions}
              columns={columnsOf(usage.data, running)}
              keyOf={({ name }) => name}
            />
          )
        }
      </Loaded>
      <Pager of={found.pager} />
    </>
  )
}

/**
 * Of the functions that follow `cursor`, as both lists go by name. There may be some in it that were deleted, so it
 * asks for more than are shown.
 */
function useUsage(cursor: string | undefined) {
  // To the hour, as usage is counted, so that it is one address for a while.
  const from = new Date(Math.floor((Date.now() - DAY_MS) / HOUR_MS) * HOUR_MS).toISOString()
  return useResource<Usage>(`/usage${query({ from, cursor, limit: 2 * LIMIT })}`, USAGE_REFRESH_MS)
}

const UNUSED = { invocations: 0, errors: 0 }

/** None where a function is not among those that have run; undefined past the end of what was read. */
function usedBy(
  name: string,
  usage: Usage | undefined,
): { invocations: number; errors: number } | undefined {
  if (!usage) return undefined
  const { functions, cursor } = usage
  const found = functions.find(({ functionName }) => functionName === name)
  return found?.total ?? (cursor === undefined || name <= cursor ? UNUSED : undefined)
}

function columnsOf(
  usage: Usage | undefined,
  running: Map<string, number> | undefined,
): Column<FunctionDefinition>[] {
  return [
    {
      title: 'Function',
      cell: ({ name, description }) => (
        <>
          <Link to={['functions', name]}>{name}</Link>
          {description !== '' && <div class="faint clipped">{description}</div>}
        </>
      ),
    },
    { title: 'State', cell: ({ state }) => <State of={state} /> },
    { title: 'Runtime', cell: ({ runtime }) => runtime },
    { title: 'Triggers', cell: ({ name }) => <TriggersOf name={name} /> },
    {
      title: 'Calls, 24 h',
      isNumber: true,
      cell: ({ name }) => count(usedBy(name, usage)?.invocations),
    },
    {
      title: 'Errors, 24 h',
      isNumber: true,
      cell: ({ name }) => {
        const used = usedBy(name, usage)
        return percent(used && used.errors / (used.invocations || 1))
      },
    },
    { title: 'p95, 4 weeks', isNumber: true, cell: ({ name }) => <P95Of name={name} /> },
    {
      title: 'Sandboxes',
      isNumber: true,
      cell: ({ name }) => count(running && (running.get(name) ?? 0)),
    },
    {
      title: 'Changed',
      cell: ({ lastModified }) => <span title={lastModified}>{ago(lastModified)}</span>,
    },
  ]
}

/** What calls it by itself; an address waits to be called, and is on the function's own page. */
function TriggersOf({ name }: { name: string }) {
  const { data } = useResource<{ triggers: Trigger[] }>(
    path`/functions/${name}/triggers`,
    ROW_REFRESH_MS,
  )
  if (!data) return <>–</>
  const kinds = [...new Set(data.triggers.map(({ type }) => type))]
  return <>{kinds.length === 0 ? 'none' : kinds.join(', ')}</>
}

type Advice = Answer<'/functions/{name}/advice'>

/** Of the memory size that ran most in the weeks that are counted. */
function P95Of({ name }: { name: string }) {
  const { data } = useResource<Advice>(path`/functions/${name}/advice`, ROW_REFRESH_MS)
  const most = data?.seen.sizes.toSorted((a, b) => b.invocations - a.invocations)[0]
  return <>{duration(most?.durationMs.p95)}</>
}

function countsOf(sandboxes: readonly Sandbox[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { functionName } of sandboxes) {
    if (functionName !== undefined) counts.set(functionName, (counts.get(functionName) ?? 0) + 1)
  }
  return counts
}
