import { call, path } from '../api.ts'
import { useForm } from '../form.ts'
import { Choice, TextField } from '../parts/field.tsx'
import { Loaded, Outcome } from '../parts/notice.tsx'
import { useResource } from '../resource.ts'
import type { AsyncConfiguration } from '../types.ts'

type Destination = NonNullable<AsyncConfiguration['onSuccess']>

const KINDS = [
  ['', 'nobody'],
  ['function', 'a function'],
  ['event', 'triggers for events'],
  ['bucket', 'a bucket'],
  ['http', 'an address'],
] as const

const HINTS: Readonly<Record<string, string>> = {
  function: 'Its name, or name:alias',
  bucket: 'bucket, or bucket/prefix',
  http: 'https://…; its requests are signed',
}

/** What becomes of asynchronous invocations of the current state. */
export function AsyncSettings({ name }: { name: string }) {
  const route = path`/functions/${name}/async-configuration`
  const found = useResource<AsyncConfiguration>(route)
  return (
    <section class="card" aria-label="Asynchronous invocations">
      <h3>Asynchronous invocations</h3>
      <Loaded of={found} what="asynchronous settings">
        {(known) => <SettingsForm known={known} route={route} reload={found.reload} />}
      </Loaded>
    </section>
  )
}

interface SettingsFormProps {
  known: AsyncConfiguration
  route: string
  reload(): void
}

function SettingsForm({ known, route, reload }: SettingsFormProps) {
  const save = async (_changed: object, all: Entered) => {
    await call(`PUT ${route}`, { json: configurationOf(all) })
    return 'Saved: events that come now go by it'
  }
  const { entered, change, submit, action, isChanged } = useForm(enteredOf(known), save, reload)
  return (
    <form onSubmit={submit} aria-label="Asynchronous invocations">
      <div class="row">
        <TextField
          label="Retries"
          type="number"
          value={entered.retries}
          onText={change('retries')}
          isRequired
          hint="0 to 2, after an error of the function"
        />
        <TextField
          label="Oldest (s)"
          type="number"
          value={entered.ageSeconds}
          onText={change('ageSeconds')}
          isRequired
          hint="60 to 21,600; older ones expire"
        />
      </div>
      {ENDS.map(({ title, kind, place, end }) => (
        <div class="row" key={kind}>
          <Choice label={title} value={entered[kind]} options={KINDS} onChoice={change(kind)} />
          {HINTS[entered[kind]] !== undefined && (
            <TextField
              label="Which"
              value={entered[place]}
              onText={change(place)}
              isRequired
              hint={HINTS[entered[kind]] ?? ''}
            />
          )}
          <SigningSecret of={known[end]} />
        </div>
      ))}
      <button type="submit" class="primary" disabled={!isChanged || action.isRunning}>
        Save
      </button>
      <Outcome action={action} what="asynchronous settings" />
    </form>
  )
}

const ENDS = [
  { title: 'Successes are told to', kind: 'successKind', place: 'successPlace', end: 'onSuccess' },
  { title: 'Failures are told to', kind: 'failureKind', place: 'failurePlace', end: 'onFailure' },
] as const

/** Of an address, what its owner proves by that a request came from here. */
function SigningSecret({ of }: { of: Destination | undefined }) {
  if (of?.type !== 'http' || of.secret === undefined) return null
  return (
    <details>
      <summary>Signing secret</summary>
      <code>{of.secret}</code>
    </details>
  )
}

function enteredOf(known: AsyncConfiguration) {
  return {
    retries: String(known.maximumRetryAttempts),
    ageSeconds: String(known.maximumEventAgeSeconds),
    successKind: (known.onSuccess?.type ?? '') as string,
    successPlace: placeOf(known.onSuccess),
    failureKind: (known.onFailure?.type ?? '') as string,
    failurePlace: placeOf(known.onFailure),
  }
}

type Entered = ReturnType<typeof enteredOf>

function configurationOf(entered: Entered): object {
  const { successKind, successPlace, failureKind, failurePlace } = entered
  return {
    maximumRetryAttempts: Number(entered.retries),
    maximumEventAgeSeconds: Number(entered.ageSeconds),
    onSuccess: destinationOf(successKind, successPlace),
    onFailure: destinationOf(failureKind, failurePlace),
  }
}

function placeOf(of: Destination | undefined): string {
  if (of?.type === 'function') return of.functionName
  if (of?.type === 'bucket')
    return of.prefix === undefined ? of.bucket : `${of.bucket}/${of.prefix}`
  return of?.type === 'http' ? of.url : ''
}

/** An address that stays keeps its secret: the platform sees to it. */
function destinationOf(type: string, place: string): Destination | undefined {
  if (type === 'function') return { type, functionName: place }
  if (type === 'http') return { type, url: place }
  if (type === 'event') return { type }
  if (type !== 'bucket') return undefined
  const [bucket = '', ...prefix] = place.split('/')
  return { type, bucket, ...(prefix.length > 0 && { prefix: prefix.join('/') }) }
}
