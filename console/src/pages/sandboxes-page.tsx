import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { count, span } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Empty, Failure, Loaded, Outcome } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import type { Sandbox } from '../types.ts'

const REFRESH_MS = 2000

interface Readiness {
  dependencies: { scheduler?: { sandboxes?: Record<string, number> } }
}

/** What runs on this host. */
export function SandboxesPage() {
  const found = useResource<{ sandboxes: Sandbox[] }>('/sandboxes', REFRESH_MS)
  const action = useAction()
  const kill = (id: string) =>
    action.run(async () => {
      await call(`DELETE ${path`/sandboxes/${id}`}`)
      found.reload()
      return `Sandbox ${id} is gone`
    })
  return (
    <>
      <h1>Sandboxes</h1>
      <PoolCounts />
      {found.error?.isNotOffered ? (
        <Failure error={found.error} what="a list of its sandboxes" />
      ) : (
        <Loaded of={found} what="sandboxes">
          {({ sandboxes }) =>
            sandboxes.length === 0 ? (
              <Empty title="No sandbox runs">
                <p>The next call of any function starts one.</p>
              </Empty>
            ) : (
              <SandboxTable sandboxes={sandboxes} isBusy={action.isRunning} onKill={kill} />
            )
          }
        </Loaded>
      )}
      <Outcome action={action} what="removing sandboxes" />
    </>
  )
}

function PoolCounts() {
  const { data } = useResource<Readiness>('/health/ready', REFRESH_MS, 503)
  const counts = data?.dependencies.scheduler?.sandboxes
  if (!counts) return null
  return (
    <dl class="totals" aria-label="Sandboxes by state">
      {Object.entries(counts).map(([state, number]) => (
        <div key={state}>
          <dt>
            <State of={state} />
          </dt>
          <dd>{count(number)}</dd>
        </div>
      ))}
    </dl>
  )
}

interface SandboxTableProps {
  sandboxes: readonly Sandbox[]
  isBusy: boolean
  onKill(id: string): void
}

function SandboxTable({ sandboxes, isBusy, onKill }: SandboxTableProps) {
  return (
    <Table
      caption="Sandboxes"
      rows={sandboxes}
      keyOf={({ id }) => id}
      columns={[
        { title: 'Sandbox', cell: ({ id }) => <span class="id">{id.slice(0, 12)}</span> },
        { title: 'State', cell: ({ state }) => <State of={state} /> },
        {
          title: 'Function',
          cell: ({ functionName, version }) =>
            functionName === undefined ? (
              <span class="faint">none yet</span>
            ) : (
              <>
                <Link to={['functions', functionName]}>{functionName}</Link>{' '}
                <span class="faint">{version}</span>
              </>
            ),
        },
        { title: 'Memory', isNumber: true, cell: ({ memoryMb }) => `${memoryMb} MB` },
        { title: 'Age', isNumber: true, cell: ({ ageMs }) => span(ageMs) },
        { title: 'Running', isNumber: true, cell: ({ running }) => count(running) },
        { title: 'Kept', cell: ({ isProvisioned }) => (isProvisioned ? 'provisioned' : '') },
        {
          title: '',
          cell: ({ id, running }) => (
            <Confirm
              label="Kill"
              question={running > 0 ? 'What runs in it fails.' : 'Remove it?'}
              yes="Kill"
              onYes={() => onKill(id)}
              isDisabled={isBusy}
            />
          ),
        },
      ]}
    />
  )
}
