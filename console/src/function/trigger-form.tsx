import { ApiError, call, path } from '../api.ts'
import { type Form, useForm } from '../form.ts'
import { Choice, TextField } from '../parts/field.tsx'
import { Outcome } from '../parts/notice.tsx'
import { useQualifierOptions } from './qualifiers.ts'
import { TextArea } from './text-area.tsx'

const KINDS = [
  ['schedule', 'Schedule'],
  ['object', 'Object in a bucket'],
  ['event', 'Event'],
] as const

const EVENTS = [
  ['s3:ObjectCreated:*', 'created'],
  ['s3:ObjectRemoved:*', 'removed'],
] as const

const START = {
  kind: 'schedule',
  qualifier: '',
  schedule: 'rate(5 minutes)',
  timezone: 'UTC',
  input: '',
  bucket: '',
  event: 's3:ObjectCreated:*',
  prefix: '',
  suffix: '',
  pattern: '{\n  "type": ["order.created"]\n}',
}

type Entered = typeof START

/** Adds a trigger; a bucket that is not there is made. */
export function TriggerForm({ name, onAdded }: { name: string; onAdded(): void }) {
  const add = async (_changed: object, entered: Entered) => {
    const json = inputOf(entered)
    if (entered.kind === 'object') await call(`PUT ${path`/buckets/${entered.bucket}`}`)
    await call(`POST ${path`/functions/${name}/triggers`}`, { json })
    return 'Added: it is in force'
  }
  const form = useForm(START, add, onAdded)
  const { entered, change, submit, action } = form
  const qualifiers = useQualifierOptions(name)
  return (
    <form class="card" onSubmit={submit} aria-label="Add a trigger">
      <h3>Add a trigger</h3>
      <div class="row">
        <Choice label="Kind" value={entered.kind} options={KINDS} onChoice={change('kind')} />
        {qualifiers.length > 1 && (
          <Choice
            label="Calls"
            value={entered.qualifier}
            options={qualifiers}
            onChoice={change('qualifier')}
          />
        )}
        {entered.kind === 'schedule' && <ScheduleFields {...form} />}
        {entered.kind === 'object' && <ObjectFields {...form} />}
      </div>
      {entered.kind === 'schedule' && (
        <TextArea
          label="Event"
          value={entered.input}
          onText={change('input')}
          rows={2}
          hint="JSON; empty: Lambda’s scheduled event"
        />
      )}
      {entered.kind === 'event' && (
        <TextArea
          label="Pattern"
          value={entered.pattern}
          onText={change('pattern')}
          hint="EventBridge’s pattern language, over the CloudEvent"
        />
      )}
      <button type="submit" class="primary" disabled={action.isRunning}>
        Add
      </button>
      <Outcome action={action} what="triggers" />
    </form>
  )
}

function ScheduleFields({ entered, change }: Form<Entered>) {
  return (
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
  )
}

function ObjectFields({ entered, change }: Form<Entered>) {
  return (
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
  )
}

function inputOf(entered: Entered): object {
  const { kind, qualifier, schedule, timezone, input, bucket, event, prefix, suffix } = entered
  const called = { type: kind, ...(qualifier !== '' && { qualifier }) }
  if (kind === 'schedule') {
    return {
      ...called,
      schedule,
      ...(timezone !== '' && { timezone }),
      ...(input.trim() !== '' && { input: jsonOf('event', input, '{"report": "daily"}') }),
    }
  }
  if (kind === 'event') {
    return { ...called, pattern: jsonOf('pattern', entered.pattern, '{"type": ["order.created"]}') }
  }
  return {
    ...called,
    bucket,
    events: [event],
    ...(prefix !== '' && { prefix }),
    ...(suffix !== '' && { suffix }),
  }
}

function jsonOf(what: string, text: string, example: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ApiError(0, {
      message: `The ${what} is not valid JSON: ${(error as Error).message}`,
      remedy: `An example: ${example}`,
    })
  }
}
