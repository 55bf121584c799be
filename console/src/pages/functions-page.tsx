import { useState } from 'preact/hooks'
import { path, query } from '../api.ts'
import { ago, count, duration, percent } from '../format.ts'
import { Empty, Loaded } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import type { FunctionDefinition, FunctionUsage, Page, Sandbox, Trigger } from '../types.ts'

const LIMIT = 50
const REFRESH_MS = 5000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** All functions, and how they do. */
export function FunctionsPage() {
  const [cursors, setCursors] = useState<string[]>([])
  const found = useResource<{ functions: FunctionDefinition[] } & Page>(
    `/functions${query({ limit: LIMIT, cursor: cursors.at(-1) })}`,
    REFRESH_MS,
  )
  // To the hour, as usage is counted, so that it is one address for a while.
  const from = new Date(Math.floor((Date.now() - DAY_MS) / HOUR_MS) * HOUR_MS).toISOString()
  const usage = useResource<{ functions: FunctionUsage[] }>(`/usage${query({ from })}`, REFRESH_MS)
  const sandboxes = useResource<{ sandboxes: Sandbox[] }>('/sandboxes', REFRESH_MS)
  const used = new Map(usage.data?.functions.map((one) => [one.functionName, one.total]))
  const warm = sandboxes.data && warmOf(sandboxes.data.sandboxes)
  return (
    <>
      <div class="head">
        <h1>Functions</h1>
        <Link to={['new']} class="button primary">
          New function
        </Link>
      </div>
      <Loaded of={found} what="functions">
        {({ functions, cursor }) => (
          <>
            {functions.length === 0 ? (
              <Empty title="There are no functions yet">
                <p>
                  <Link to={['new']}>Create one from a template</Link>: it takes a minute, and no
                  other program.
                </p>
              </Empty>
            ) : (
              <Table
                caption="Functions; counts are of the last 24 hours"
                rows={functions}
                columns={columnsOf(used, warm)}
                keyOf={({ name }) => name}
              />
            )}
            <div class="row">
              {cursors.length > 0 && (
                <button type="button" onClick={() => setCursors(cursors.slice(0, -1))}>
                  Previous
                </button>
              )}
              {cursor !== undefined && (
                <button type="button" onClick={() => setCursors([...cursors, cursor])}>
                  Next
                </button>
              )}
            </div>
          </>
        )}
      </Loaded>
    </>
  )
}

function columnsOf(
  used: Map<string, FunctionUsage['total']>,
  warm: Map<string, number> | undefined,
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
    { title: 'Calls', isNumber: true, cell: ({ name }) => count(used.get(name)?.invocations) },
    {
      title: 'Errors',
      isNumber: true,
      cell: ({ name }) => {
        const total = used.get(name)
        return percent(total && total.errors / (total.invocations || 1))
      },
    },
    { title: 'p95', isNumber: true, cell: ({ name }) => <SlowestOf name={name} /> },
    { title: 'Warm', isNumber: true, cell: ({ name }) => count(warm && (warm.get(name) ?? 0)) },
    {
      title: 'Deployed',
      cell: ({ lastModified }) => <span title={lastModified}>{ago(lastModified)}</span>,
    },
  ]
}

function TriggersOf({ name }: { name: string }) {
  const { data } = useResource<{ triggers: Trigger[] }>(path`/functions/${name}/triggers`)
  if (!data) return <>–</>
  const kinds = [...new Set(data.triggers.map(({ type }) => type))]
  return <>{kinds.length === 0 ? 'none' : kinds.join(', ')}</>
}

interface Seen {
  seen: { sizes: { memoryMb: number; invocations: number; durationMs: { p95: number } }[] }
}

/** By what was seen in the last weeks, of the memory size that ran most. */
function SlowestOf({ name }: { name: string }) {
  const { data } = useResource<Seen>(path`/functions/${name}/advice`)
  const most = data?.seen.sizes.toSorted((a, b) => b.invocations - a.invocations)[0]
  return <>{duration(most?.durationMs.p95)}</>
}

function warmOf(sandboxes: readonly Sandbox[]): Map<string, number> {
  const warm = new Map<string, number>()
  for (const { functionName } of sandboxes) {
    if (functionName !== undefined) warm.set(functionName, (warm.get(functionName) ?? 0) + 1)
  }
  return warm
}
