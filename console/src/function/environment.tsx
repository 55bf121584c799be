import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { Outcome } from '../parts/notice.tsx'
import type { PartProps } from './part-props.ts'

interface Variable {
  /** Of the row, for as long as it is edited: names may be equal meanwhile. */
  id: number
  name: string
  value: string
}

/** Variables of the function; what is secret belongs under Secrets. */
export function Environment({ definition: { name, environment }, reload }: PartProps) {
  const [variables, setVariables] = useState(() => rowsOf(environment))
  const action = useAction()
  const change = (id: number, field: Partial<Variable>) =>
    setVariables(variables.map((one) => (one.id === id ? { ...one, ...field } : one)))
  const add = () =>
    setVariables([
      ...variables,
      { id: Math.max(0, ...variables.map(({ id }) => id)) + 1, name: '', value: '' },
    ])
  const submit = (event: Event) => {
    event.preventDefault()
    action.run(async () => {
      const set = variables.filter((variable) => variable.name !== '')
      const json = {
        environment: Object.fromEntries(set.map((variable) => [variable.name, variable.value])),
      }
      await call(`PATCH ${path`/functions/${name}`}`, { json })
      reload()
      return 'Saved: the next call goes by it'
    })
  }
  return (
    <form class="card" onSubmit={submit} aria-label="Environment">
      <h3>Environment</h3>
      {variables.length === 0 && (
        <p class="faint">No variables yet. Everybody who may read the function reads them.</p>
      )}
      {variables.map((variable) => (
        <div class="row tight" key={variable.id}>
          <input
            aria-label="Name"
            class="mono"
            value={variable.name}
            placeholder="NAME"
            onInput={(event) => change(variable.id, { name: event.currentTarget.value })}
          />
          <input
            aria-label={`Value of ${variable.name}`}
            class="mono wide"
            value={variable.value}
            onInput={(event) => change(variable.id, { value: event.currentTarget.value })}
          />
          <button
            type="button"
            aria-label={`Remove ${variable.name}`}
            onClick={() => setVariables(variables.filter(({ id }) => id !== variable.id))}
          >
            ✕
          </button>
        </div>
      ))}
      <div class="row">
        <button type="button" onClick={add}>
          Add a variable
        </button>
        <button type="submit" class="primary" disabled={action.isRunning}>
          Save
        </button>
      </div>
      <Outcome action={action} what="configuring functions" />
    </form>
  )
}

function rowsOf(environment: Record<string, string>): Variable[] {
  return Object.entries(environment).map(([name, value], id) => ({ id, name, value }))
}
