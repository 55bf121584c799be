import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { useUnsaved } from '../unsaved.ts'
import { configure, readAgain } from './change-function.ts'
import type { PartProps } from './part-props.ts'
import { Saving } from './saving.tsx'

type Variables = Record<string, string>

interface Edited {
  /** What they were when editing began. */
  over: Variables
  rows: Row[]
}

interface Row {
  /** For as long as it is edited: names may be equal meanwhile. */
  id: number
  name: string
  value: string
}

/** Variables of the function; what is secret belongs under Secrets. */
export function Environment(props: PartProps) {
  const { environment } = props.definition
  const [edited, setEdited] = useState<Edited>()
  const rows = edited?.rows ?? rowsOf(environment)
  const isChanged = edited !== undefined && !isSame(rows, environment)
  useUnsaved(isChanged)
  const edit = (next: Row[]) => setEdited({ over: edited?.over ?? environment, rows: next })
  const change = (id: number, field: Partial<Row>) =>
    edit(rows.map((row) => (row.id === id ? { ...row, ...field } : row)))
  const add = () => edit([...rows, { id: nextId(rows), name: '', value: '' }])
  const action = useAction()
  const submit = (event: Event) => {
    event.preventDefault()
    action.run(async () => {
      const wanted = variablesOf(rows)
      const over = edited?.over ?? environment
      await configure(props, { environment: merged(over, wanted, environment) })
      setEdited(undefined)
      return 'Saved: the next call goes by it'
    })
  }
  const load = async () => {
    const now = (await readAgain(props)).environment
    const wanted = Object.fromEntries(rows.map(({ name, value }) => [name, value]))
    if (edited) setEdited({ over: now, rows: rowsOf(merged(edited.over, wanted, now)) })
  }
  const { done: _done, ...hushed } = action
  return (
    <form class="card" onSubmit={submit} aria-label="Environment">
      <h3>Environment</h3>
      {rows.length === 0 && (
        <p class="faint">No variables yet. Everybody who may read the function reads them.</p>
      )}
      {rows.map((row) => (
        <VariableRow
          key={row.id}
          row={row}
          change={(field) => change(row.id, field)}
          remove={() => edit(rows.filter(({ id }) => id !== row.id))}
        />
      ))}
      <div class="row">
        <button type="button" onClick={add}>
          Add a variable
        </button>
        <button type="submit" class="primary" disabled={!isChanged || action.isRunning}>
          Save
        </button>
      </div>
      <Saving action={isChanged ? hushed : action} what="configuring functions" onLoad={load} />
    </form>
  )
}

interface VariableRowProps {
  row: Row
  change(field: Partial<Row>): void
  remove(): void
}

function VariableRow({ row: { name, value }, change, remove }: VariableRowProps) {
  return (
    <div class="row tight">
      <input
        aria-label="Name"
        class="mono"
        value={name}
        placeholder="NAME"
        onInput={(event) => change({ name: event.currentTarget.value })}
      />
      <textarea
        aria-label={`Value of ${name}`}
        class="mono wide"
        rows={Math.min(8, value.split('\n').length)}
        spellcheck={false}
        value={value}
        onInput={(event) => change({ value: event.currentTarget.value })}
      />
      <button type="button" aria-label={`Remove ${name}`} onClick={remove}>
        ✕
      </button>
    </div>
  )
}

function rowsOf(variables: Variables): Row[] {
  return Object.entries(variables).map(([name, value], id) => ({ id, name, value }))
}

function nextId(rows: readonly Row[]): number {
  return Math.max(0, ...rows.map(({ id }) => id)) + 1
}

function isSame(rows: readonly Row[], variables: Variables): boolean {
  return (
    rows.length === Object.keys(variables).length &&
    rows.every(({ name, value }) => variables[name] === value)
  )
}

/** Throws where a row would be lost without a word. */
function variablesOf(rows: readonly Row[]): Variables {
  const variables: Variables = {}
  for (const { name, value } of rows) {
    if (name === '' && value === '') continue
    if (name === '') throw new Error('A value has no name: give it one, or remove its line')
    if (Object.hasOwn(variables, name)) throw new Error(`Two variables have the name ${name}`)
    variables[name] = value
  }
  return variables
}

/** What was edited `over` them, on top of what the variables are `now`. */
function merged(over: Variables, wanted: Variables, now: Variables): Variables {
  const removed = Object.keys(over).filter((name) => !Object.hasOwn(wanted, name))
  const set = Object.entries(wanted).filter(([name, value]) => over[name] !== value)
  const kept = Object.entries(now).filter(([name]) => !removed.includes(name))
  return Object.fromEntries([...kept, ...set])
}
