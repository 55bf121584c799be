import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { ApiError, call, path } from '../api.ts'
import { Choice, Field, TextField } from '../parts/field.tsx'
import { Outcome } from '../parts/notice.tsx'

const KINDS = [
  ['schedule', 'Schedule'],
  ['object', 'Object in a bucket'],
  ['event', 'Event'],
] as const

const EVENTS = [
  ['s3:ObjectCreated:*', 'created'],
  ['s3:ObjectRemoved:*', 'removed'],
] as const

interface Entered {
  kind: string
  schedule: string
  timezone: string
  bucket: string
  event: string
  prefix: string
  suffix: string
  pattern: string
}

const START: Entered = {
  kind: 'schedule',
  schedule: 'rate(5 minutes)',
  timezone: 'UTC',
  bucket: '',
  event: 's3:ObjectCreated:*',
  prefix: '',
  suffix: '',
  pattern: '{\n  "type": ["order.created"]\n}',
}

/** Adds a trigger; a bucket that is not there is made. */
export function TriggerForm({ name, onAdded }: { name: string; onAdded(): void }) {
  const [entered, setEntered] = useState(START)
  const action = useAction()
  const change = (field: keyof Entered) => (value: string) =>
    setEntered({ ...entered, [field]: value })
  const submit = (event: Event) => {
    event.preventDefault()
    action.run(async () => {
      if (entered.kind === 'object') await call(`PUT ${path`/buckets/${entered.bucket}`}`)
      await call(`POST ${path`/functions/${name}/triggers`}`, { json: inputOf(entered) })
      onAdded()
      return 'Added: it is in force'
    })
  }
  return (
    <form class="card" onSubmit={submit} aria-label="Add a trigger">
      <h3>Add a trigger</h3>
      <div class="row">
        <Choice label="Kind" value={entered.kind} options={KINDS} onChoice={change('kind')} />
        {entered.kind === 'schedule' && (
          <>
            <TextField
              label="When"
              value={entered.schedule}
              onText={change('schedule')}
              isRequired
              hint="rate(5 minutes), cron(0 9 ? * MON-FRI *), at(2026-01-31T09:30:00)"
            />
            <TextField label="Time zone" value={entered.timezone} onText={change('timezone')} />
          </>
        )}
        {entered.kind === 'object' && (
          <>
            <TextField
              label="Bucket"
              value={entered.bucket}
              onText={change('bucket')}
              isRequired
              hint="Made, if it is not there"
            />
            <Choice
              label="Objects that are"
              value={entered.event}
              options={EVENTS}
              onChoice={change('event')}
            />
            <TextField label="Key begins with" value={entered.prefix} onText={change('prefix')} />
            <TextField label="Key ends with" value={entered.suffix} onText={change('suffix')} />
          </>
        )}
      </div>
      {entered.kind === 'event' && (
        <Field label="Pattern" hint="EventBridge’s pattern language, over the CloudEvent">
          {(id) => (
            <textarea
              id={id}
              rows={4}
              class="mono"
              spellcheck={false}
              value={entered.pattern}
              onInput={(event) => change('pattern')(event.currentTarget.value)}
            />
          )}
        </Field>
      )}
      <button type="submit" class="primary" disabled={action.isRunning}>
        Add
      </button>
      <Outcome action={action} what="triggers" />
    </form>
  )
}

function inputOf(entered: Entered): object {
  const { kind, schedule, timezone, bucket, event, prefix, suffix, pattern } = entered
  if (kind === 'schedule') return { type: kind, schedule, ...(timezone !== '' && { timezone }) }
  if (kind === 'event') return { type: kind, pattern: jsonOf(pattern) }
  return {
    type: kind,
    bucket,
    events: [event],
    ...(prefix !== '' && { prefix }),
    ...(suffix !== '' && { suffix }),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ApiError(0, {
      message: `The pattern is not valid JSON: ${(error as Error).message}`,
      remedy: 'An example: {"type": ["order.created"]}',
    })
  }
}
