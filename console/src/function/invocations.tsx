import { useState } from 'preact/hooks'
import { path, query } from '../api.ts'
import { ago, duration } from '../format.ts'
import { Choice, TextField } from '../parts/field.tsx'
import { Empty, Loaded } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import { useSettled } from '../settled.ts'
import { durationOf, timingsOf } from '../statistics.ts'
import type { Invocation, Page } from '../types.ts'
import type { PartProps } from './part-props.ts'

const LIMIT = 50
const REFRESH_MS = 5000

const STATES = ['queued', 'running', 'succeeded', 'failed', 'expired', 'cancelled']
const TYPES = ['RequestResponse', 'Event']
const CAUSES = ['request', 'object', 'schedule', 'event', 'destination', 'redrive', 'replay']
const STARTS = ['warm', 'thawed', 'generic', 'new']

interface Filter {
  state: string
  type: string
  trigger: string
  start: string
  error: string
}

const NO_FILTER: Filter = { state: '', type: '', trigger: '', start: '', error: '' }

/** What was asked of the function, newest first. */
export function Invocations({ definition: { name } }: PartProps) {
  const [filter, setFilter] = useState(NO_FILTER)
  const [cursors, setCursors] = useState<string[]>([])
  const isFirst = cursors.length === 0
  const found = useResource<{ invocations: Invocation[] } & Page>(
    path`/functions/${name}/invocations` +
      query({ ...filter, error: useSettled(filter.error), limit: LIMIT, cursor: cursors.at(-1) }),
    isFirst ? REFRESH_MS : undefined,
  )
  const change = (field: keyof Filter) => (value: string) => {
    setFilter({ ...filter, [field]: value })
    setCursors([])
  }
  return (
    <section>
      <h2 class="unseen">Invocations</h2>
      <div class="row">
        <Choice
          label="State"
          value={filter.state}
          options={anyOf(STATES)}
          onChoice={change('state')}
        />
        <Choice label="Type" value={filter.type} options={anyOf(TYPES)} onChoice={change('type')} />
        <Choice
          label="Caused by"
          value={filter.trigger}
          options={anyOf(CAUSES)}
          onChoice={change('trigger')}
        />
        <Choice
          label="Start"
          value={filter.start}
          options={anyOf(STARTS)}
          onChoice={change('start')}
        />
        <TextField label="Error type" value={filter.error} onText={change('error')} />
      </div>
      <Loaded of={found} what="invocations by these filters">
        {({ invocations, cursor }) => (
          <>
            {invocations.length === 0 ? (
              <NoneFound
                name={name}
                isFiltered={Object.values(filter).some((value) => value !== '')}
              />
            ) : (
              <Table
                caption={`Invocations of ${name}`}
                rows={invocations}
                columns={columnsOf(name)}
                keyOf={({ id }) => id}
              />
            )}
            <div class="row">
              {!isFirst && (
                <button type="button" onClick={() => setCursors(cursors.slice(0, -1))}>
                  Newer
                </button>
              )}
              {cursor !== undefined && (
                <button type="button" onClick={() => setCursors([...cursors, cursor])}>
                  Older
                </button>
              )}
            </div>
          </>
        )}
      </Loaded>
    </section>
  )
}

function columnsOf(name: string): Column<Invocation>[] {
  return [
    { title: 'State', cell: ({ state }) => <State of={state} /> },
    {
      title: 'Invocation',
      cell: ({ id }) => (
        <Link to={['functions', name, 'invocations', id]} class="id">
          {id.slice(0, 8)}
        </Link>
      ),
    },
    { title: 'When', cell: ({ createdAt }) => <span title={createdAt}>{ago(createdAt)}</span> },
    { title: 'Caused by', cell: ({ cause, type }) => (type === 'Event' ? cause.kind : 'call') },
    { title: 'Version', cell: ({ qualifier, version }) => qualifier ?? version },
    { title: 'Start', cell: (one) => one.start ?? timingsOf(one)?.start ?? '–' },
    { title: 'Duration', isNumber: true, cell: (one) => duration(durationOf(one)) },
    { title: 'Error', cell: ({ errorType, error }) => errorType ?? error?.errorType ?? '' },
  ]
}

function NoneFound({ name, isFiltered }: { name: string; isFiltered: boolean }) {
  if (isFiltered) return <Empty title="No invocation fits these filters" />
  return (
    <Empty title="Nothing has called this function yet">
      <p>
        Call it under <Link to={['functions', name, 'test']}>Test</Link>, or add a{' '}
        <Link to={['functions', name, 'triggers']}>trigger</Link>.
      </p>
    </Empty>
  )
}

function anyOf(values: readonly string[]): [string, string][] {
  return [['', 'any'], ...values.map((value): [string, string] => [value, value])]
}
