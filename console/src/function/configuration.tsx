import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { Confirm } from '../parts/confirm.tsx'
import { TextField } from '../parts/field.tsx'
import { Outcome } from '../parts/notice.tsx'
import { go } from '../router.tsx'
import { Environment } from './environment.tsx'
import type { PartProps } from './part-props.ts'
import { Secrets } from './secrets.tsx'

/** What the function is given: limits, environment, secrets. */
export function Configuration(props: PartProps) {
  return (
    <section>
      <h2 class="unseen">Configuration</h2>
      <Limits {...props} />
      <Environment {...props} />
      <Secrets name={props.definition.name} />
      <Delete {...props} />
    </section>
  )
}

function Limits({ definition, reload }: PartProps) {
  const [entered, setEntered] = useState(() => enteredOf(definition))
  const action = useAction()
  const change = (field: keyof typeof entered) => (value: string) =>
    setEntered({ ...entered, [field]: value })
  const submit = (event: Event) => {
    event.preventDefault()
    action.run(async () => {
      await call(`PATCH ${path`/functions/${definition.name}`}`, { json: changesOf(entered) })
      reload()
      return 'Saved: the next call goes by it'
    })
  }
  return (
    <form class="card" onSubmit={submit} aria-label="Limits">
      <h3>Limits</h3>
      <div class="row">
        <TextField
          label="Memory (MB)"
          type="number"
          value={entered.memoryMb}
          onText={change('memoryMb')}
          isRequired
          hint="128 to 10,240"
        />
        <TextField
          label="Timeout (s)"
          type="number"
          value={entered.timeoutSeconds}
          onText={change('timeoutSeconds')}
          isRequired
          hint="1 to 900"
        />
        <TextField
          label="Reserved concurrency"
          type="number"
          value={entered.reservedConcurrency}
          onText={change('reservedConcurrency')}
          hint="Empty: as many as there is room for"
        />
        <TextField
          label="Per sandbox"
          type="number"
          value={entered.concurrency}
          onText={change('concurrency')}
          hint="Invocations at a time in one"
        />
        <TextField
          label="Handler"
          value={entered.handler}
          onText={change('handler')}
          isRequired
          hint="File without its ending, dot, export"
        />
      </div>
      <TextField label="Description" value={entered.description} onText={change('description')} />
      <TextField
        label="Egress"
        value={entered.egress}
        onText={change('egress')}
        hint="public, none, or host:port, host:port"
      />
      <button type="submit" class="primary" disabled={action.isRunning}>
        Save
      </button>
      <Outcome action={action} what="configuring functions" />
    </form>
  )
}

function enteredOf(definition: PartProps['definition']) {
  const { egress, reservedConcurrency, concurrency = 1 } = definition
  return {
    memoryMb: String(definition.memoryMb),
    timeoutSeconds: String(definition.timeoutSeconds),
    reservedConcurrency: reservedConcurrency === null ? '' : String(reservedConcurrency),
    concurrency: String(concurrency),
    handler: definition.handler,
    description: definition.description,
    egress: typeof egress === 'string' ? egress : egress.join(', '),
  }
}

function changesOf(entered: ReturnType<typeof enteredOf>): object {
  const { memoryMb, timeoutSeconds, reservedConcurrency, concurrency, handler, description } =
    entered
  const egress = entered.egress.trim()
  const isWord = egress === 'public' || egress === 'none'
  return {
    memoryMb: Number(memoryMb),
    timeoutSeconds: Number(timeoutSeconds),
    reservedConcurrency: reservedConcurrency === '' ? null : Number(reservedConcurrency),
    concurrency: Number(concurrency),
    handler,
    description,
    egress: isWord ? egress : egress.split(/[\s,]+/).filter(Boolean),
  }
}

function Delete({ definition: { name } }: PartProps) {
  const action = useAction()
  const remove = () =>
    action.run(async () => {
      await call(`DELETE ${path`/functions/${name}`}`)
      go('functions')
      return undefined
    })
  return (
    <section class="card" aria-label="Delete">
      <h3>Delete</h3>
      <p>
        Its code, versions, triggers, address and log go with it; what waits in its queue fails.
      </p>
      <Confirm
        label="Delete this function"
        question={`Delete ${name} for good?`}
        yes="Delete"
        onYes={remove}
        isDisabled={action.isRunning}
      />
      <Outcome action={action} what="deleting functions" />
    </section>
  )
}
