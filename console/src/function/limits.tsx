import { useForm } from '../form.ts'
import { Choice, TextField } from '../parts/field.tsx'
import type { FunctionDefinition } from '../types.ts'
import { configure, readAgain } from './change-function.ts'
import type { PartProps } from './part-props.ts'
import { Saving } from './saving.tsx'

const RUNTIMES = ['nodejs24.x', 'nodejs22.x', 'nodejs20.x'].map((one) => [one, one] as const)

/** What the function may use, and what is called. */
export function Limits(props: PartProps) {
  const { entered, change, submit, action, isChanged } = useForm(
    enteredOf(props.definition),
    async (changed) => {
      await configure(props, fieldsOf(changed))
      return 'Saved: the next call goes by it'
    },
  )
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
          isRequired
          hint="Invocations at a time in one"
        />
      </div>
      <div class="row">
        <TextField
          label="Handler"
          value={entered.handler}
          onText={change('handler')}
          isRequired
          hint="File without its ending, dot, export"
        />
        <Choice
          label="Runtime"
          value={entered.runtime}
          options={RUNTIMES}
          onChoice={change('runtime')}
        />
      </div>
      <TextField label="Description" value={entered.description} onText={change('description')} />
      <button type="submit" class="primary" disabled={!isChanged || action.isRunning}>
        Save
      </button>
      <Saving action={action} what="configuring functions" onLoad={() => readAgain(props)} />
    </form>
  )
}

function enteredOf(definition: FunctionDefinition) {
  const { reservedConcurrency, concurrency = 1, handler, description, runtime } = definition
  return {
    memoryMb: String(definition.memoryMb),
    timeoutSeconds: String(definition.timeoutSeconds),
    reservedConcurrency: reservedConcurrency === null ? '' : String(reservedConcurrency),
    concurrency: String(concurrency),
    handler,
    runtime: runtime as string,
    description,
  }
}

const NUMBERS: ReadonlySet<string> = new Set([
  'memoryMb',
  'timeoutSeconds',
  'reservedConcurrency',
  'concurrency',
])

/** Those that have changed alone: the others are none of this form's business. */
function fieldsOf(changed: Record<string, string | undefined>): object {
  return Object.fromEntries(
    Object.entries(changed).map(([field, text]) => {
      if (!NUMBERS.has(field)) return [field, text]
      return [field, text === '' ? null : Number(text)]
    }),
  )
}
