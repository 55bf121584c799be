import { count, duration } from '../format.ts'
import { Loaded } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import type { Check } from '../types.ts'

const REFRESH_MS = 5000
/** What is answered where a part is down: the same, and no error. */
const DOWN = 503

interface Dependency {
  state: string
  detail?: string
}

interface Engine {
  driver: string
  state: string
  freezing: string
  calls: Record<
    string,
    {
      calls: number
      refused: number
      unanswered: number
      late: number
      totalMs: number
      maxMs: number
    }
  >
  quarantined: { id: string; reason: string; tries: number }[]
}

/** What the platform stands on, and what is wrong with it. */
export function HealthPage() {
  return (
    <>
      <h1>Health</h1>
      <Dependencies />
      <Checks />
      <EngineCalls />
    </>
  )
}

function Dependencies() {
  const found = useResource<{ state: string; dependencies: Record<string, Dependency> }>(
    '/health/ready',
    REFRESH_MS,
    DOWN,
  )
  return (
    <section aria-label="Parts">
      <h2>Parts</h2>
      <Loaded of={found} what="health">
        {({ dependencies }) => (
          <Table
            caption="Parts"
            rows={Object.entries(dependencies)}
            keyOf={([name]) => name}
            columns={[
              { title: 'Part', cell: ([name]) => name },
              { title: 'State', cell: ([, { state }]) => <State of={state} /> },
              { title: 'Detail', cell: ([, { detail }]) => detail ?? '' },
            ]}
          />
        )}
      </Loaded>
    </section>
  )
}

function Checks() {
  const found = useResource<{ checks: Check[] }>('/diagnosis')
  return (
    <section aria-label="Diagnosis">
      <div class="head">
        <h2>Diagnosis</h2>
        <button type="button" onClick={found.reload}>
          Look again
        </button>
      </div>
      <Loaded of={found} what="a diagnosis of itself">
        {({ checks }) => (
          <Table
            caption="Checks"
            rows={checks}
            keyOf={({ name }) => name}
            columns={[
              { title: 'Check', cell: ({ name }) => name },
              { title: 'State', cell: ({ state }) => <State of={state} /> },
              { title: 'Found', cell: ({ found: what }) => what },
              { title: 'What to do', cell: ({ remedy }) => remedy ?? '' },
            ]}
          />
        )}
      </Loaded>
    </section>
  )
}

function EngineCalls() {
  const found = useResource<Engine>('/engine', REFRESH_MS)
  return (
    <section aria-label="Container engine">
      <h2>Container engine</h2>
      <Loaded of={found} what="the state of its engine">
        {({ driver, state, freezing, calls, quarantined }) => (
          <>
            <p class="facts">
              <State of={state} />
              <span>driver {driver}</span>
              <span>freezing by {freezing}</span>
              {quarantined.length > 0 && (
                <span>
                  {quarantined.length} sandboxes cannot be removed: {quarantined[0]?.reason}
                </span>
              )}
            </p>
            <Table
              caption="Calls since the start"
              rows={Object.entries(calls)}
              keyOf={([name]) => name}
              columns={[
                { title: 'Call', cell: ([name]) => name },
                { title: 'Calls', isNumber: true, cell: ([, one]) => count(one.calls) },
                { title: 'Refused', isNumber: true, cell: ([, one]) => count(one.refused) },
                { title: 'Unanswered', isNumber: true, cell: ([, one]) => count(one.unanswered) },
                {
                  title: 'Mean',
                  isNumber: true,
                  cell: ([, one]) =>
                    duration(one.calls === 0 ? undefined : one.totalMs / one.calls),
                },
                { title: 'Longest', isNumber: true, cell: ([, one]) => duration(one.maxMs) },
              ]}
            />
          </>
        )}
      </Loaded>
    </section>
  )
}
