import { useState } from 'preact/hooks'
import { path, query } from '../api.ts'
import { ago, duration } from '../format.ts'
import { Pager, usePages } from '../paging.tsx'
import { Choice, TextField } from '../parts/field.tsx'
import { Empty, Loaded } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Link } from '../router.tsx'
import { useSettled } from '../settled.ts'
import { durationOf, timingsOf } from '../statistics.ts'
import type { Invocation, Page } from '../types.ts'
import type { PartProps } from './part-props.ts'

const LIMIT = 50
const REFRESH_MS = 5000

const CHOICES = [
  ['state', 'State', ['queued', 'running', 'succeeded', 'failed', 'expired', 'cancelled']],
  ['type', 'Type', ['RequestResponse', 'Event']],
  [
    'trigger',
    'Caused by',
    ['request', 'url', 'object', 'schedule', 'event', 'destination', 'redrive', 'replay'],
  ],
  ['start', 'Start', ['warm', 'thawed', 'generic', 'new']],
] as const
/** Typed, so that each letter would be a question. */
const TEXTS = [
  ['error', 'Error type'],
  ['version', 'Version'],
  ['qualifier', 'Called by'],
] as const
const DELIVERIES = ['waiting', 'delivered', 'dead']

const NO_FILTER = {
  state: '',
  type: '',
  trigger: '',
  start: '',
  error: '',
  version: '',
  qualifier: '',
  from: '',
  to: '',
  delivery: '',
}
type Filter = typeof NO_FILTER

/** What was asked of the function, newest first. */
export function Invocations({ definition: { name } }: PartProps) {
  const [filter, setFilter] = useState(NO_FILTER)
  const asked = useSettled(path`/functions/${name}/invocations` + query(askedFor(filter)))
  const found = usePages<{ invocations: Invocation[] } & Page>(asked, REFRESH_MS)
  return (
    <section>
      <h2 class="unseen">Invocations</h2>
      <Filters of={filter} onChange={setFilter} />
      <Loaded of={found} what="invocations by these filters">
        {({ invocations, cursor }) =>
          invocations.length === 0 ? (
            <NoneFound
              name={name}
              isFiltered={Object.values(filter).some((value) => value !== '')}
              isWhole={cursor === undefined}
            />
          ) : (
            <Table
              caption={`Invocations of ${name}`}
              rows={invocations}
              columns={columnsOf(name)}
              keyOf={({ id }) => id}
            />
          )
        }
      </Loaded>
      <Pager of={found.pager} names={['Newer', 'Older']} />
    </section>
  )
}

/** The API's names of it; times are of this browser's zone until here. */
function askedFor({ from, to, delivery, ...rest }: Filter): Record<string, string | number> {
  if (delivery !== '') {
    return { delivery, state: rest.state, qualifier: rest.qualifier, limit: LIMIT }
  }
  return { ...rest, from: timeOf(from), to: timeOf(to), limit: LIMIT }
}

function timeOf(typed: string): string {
  return typed === '' ? '' : new Date(typed).toISOString()
}

interface FiltersProps {
  of: Filter
  onChange(filter: Filter): void
}

function Filters({ of, onChange }: FiltersProps) {
  const change = (field: keyof Filter) => (value: string) => onChange({ ...of, [field]: value })
  return (
    <>
      <div class="row">
        {CHOICES.map(([field, label, values]) => (
          <Choice
            key={field}
            label={label}
            value={of[field]}
            options={anyOf(values)}
            onChoice={change(field)}
          />
        ))}
      </div>
      <details>
        <summary>More filters</summary>
        <div class="row">
          {TEXTS.map(([field, label]) => (
            <TextField key={field} label={label} value={of[field]} onText={change(field)} />
          ))}
          <TextField label="From" type="datetime-local" value={of.from} onText={change('from')} />
          <TextField label="To" type="datetime-local" value={of.to} onText={change('to')} />
          <Choice
            label="Delivery"
            value={of.delivery}
            options={anyOf(DELIVERIES)}
            onChoice={change('delivery')}
          />
        </div>
        {of.delivery !== '' && (
          <p class="note">By delivery, only State and Called by count beside it.</p>
        )}
      </details>
    </>
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
    { title: 'Caused by', cell: ({ cause }) => cause.kind },
    { title: 'Version', cell: ({ qualifier, version }) => qualifier ?? version },
    { title: 'Start', cell: (one) => one.start ?? timingsOf(one)?.start ?? '–' },
    { title: 'Duration', isNumber: true, cell: (one) => duration(durationOf(one)) },
    { title: 'Error', cell: ({ errorType, error }) => errorType ?? error?.errorType ?? '' },
  ]
}

interface NoneFoundProps {
  name: string
  isFiltered: boolean
  /** Whether the search has come to the end of what is kept. */
  isWhole: boolean
}

function NoneFound({ name, isFiltered, isWhole }: NoneFoundProps) {
  if (!isWhole) {
    return (
      <Empty title="None found so far">
        <p>The search goes through what is kept part by part: “Older” goes on with it.</p>
      </Empty>
    )
  }
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
