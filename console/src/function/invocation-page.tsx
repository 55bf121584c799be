import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { DurationBar } from '../charts/duration-bar.tsx'
import { clock, duration, moment } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { TextField } from '../parts/field.tsx'
import { Json } from '../parts/json.tsx'
import { Loaded, Outcome } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { useResource } from '../resource.ts'
import { go, Link } from '../router.tsx'
import { durationOf, placesOf, timingsOf } from '../statistics.ts'
import type { Invocation } from '../types.ts'
import { InvocationLog } from './invocation-log.tsx'
import type { PartProps } from './part-props.ts'

const REFRESH_MS = 2000

/** One invocation: what it was, what it did and when, and what can be done about it. */
export function InvocationPage({ id, definition: { name } }: PartProps & { id: string }) {
  const found = useResource<Invocation>(path`/invocations/${id}`, REFRESH_MS)
  return (
    <section>
      <p class="trail">
        <Link to={['functions', name, 'invocations']}>Invocations</Link>{' '}
        <span aria-hidden="true">/</span>
      </p>
      <h2 class="id">{id}</h2>
      <Loaded of={found} what="this invocation">
        {(invocation) => (
          <>
            <Facts of={invocation} />
            <Actions of={invocation} reload={found.reload} />
            <Timeline of={invocation} />
            <Content of={invocation} />
            <h3>Log</h3>
            <InvocationLog name={name} id={id} />
          </>
        )}
      </Loaded>
    </section>
  )
}

function Facts({ of }: { of: Invocation }) {
  const { state, type, version, qualifier, cause, createdAt, memoryMb } = of
  return (
    <p class="facts">
      <State of={state} />
      <span>{type === 'Event' ? 'asynchronous' : 'synchronous'}</span>
      <span>version {qualifier === undefined ? version : `${version} by ${qualifier}`}</span>
      <span>
        caused by {cause.kind}
        {cause.detail !== undefined && ` ${cause.detail}`}
      </span>
      <span>{moment(createdAt)}</span>
      <span>{duration(durationOf(of))}</span>
      {memoryMb !== undefined && <span>{memoryMb} MB used</span>}
    </p>
  )
}

function Actions({ of, reload }: { of: Invocation; reload(): void }) {
  const [qualifier, setQualifier] = useState('')
  const action = useAction()
  const replay = () =>
    action.run(async () => {
      const json = qualifier === '' ? {} : { qualifier }
      const { id } = await call<{ id: string }>(`POST ${path`/invocations/${of.id}/replay`}`, {
        json,
      })
      go('functions', of.functionName, 'invocations', id)
      return undefined
    })
  const cancel = () =>
    action.run(async () => {
      await call(`DELETE ${path`/invocations/${of.id}`}`)
      reload()
      return 'Cancelled'
    })
  return (
    <>
      <div class="row">
        <TextField
          label="Replay on"
          value={qualifier}
          placeholder="the current state"
          onText={setQualifier}
        />
        <button type="button" disabled={action.isRunning} onClick={replay}>
          Replay
        </button>
        {of.state === 'queued' && (
          <Confirm
            label="Cancel it"
            question="Take it out of the queue?"
            onYes={cancel}
            isDisabled={action.isRunning}
          />
        )}
        {of.redrivenAs !== undefined && (
          <Link to={['functions', of.functionName, 'invocations', of.redrivenAs]}>
            It was taken up again
          </Link>
        )}
      </div>
      <Outcome action={action} what="replaying invocations" />
    </>
  )
}

function Timeline({ of }: { of: Invocation }) {
  const timings = timingsOf(of)
  const places = timings && placesOf(timings)
  const attempts = of.attempts ?? []
  return (
    <>
      <h3>Timeline</h3>
      <ol class="timeline">
        <li>
          <time dateTime={of.createdAt}>{clock(of.createdAt)}</time> accepted
        </li>
        {attempts.map(({ startedAt, endedAt, outcome = 'running', errorType, node }, index) => (
          <li key={startedAt}>
            <time dateTime={startedAt}>{clock(startedAt)}</time> attempt {index + 1}{' '}
            <State of={outcome} />{' '}
            {endedAt !== undefined && duration(Date.parse(endedAt) - Date.parse(startedAt))}{' '}
            {errorType !== undefined && <code>{errorType}</code>}
            {node !== undefined && <span class="faint"> on {node}</span>}
          </li>
        ))}
        {of.endedAt !== undefined && (
          <li>
            <time dateTime={of.endedAt}>{clock(of.endedAt)}</time> <State of={of.state} />
          </li>
        )}
        {of.delivery && (
          <li>
            to {of.delivery.destination} <State of={of.delivery.state} /> {of.delivery.error}
          </li>
        )}
      </ol>
      {timings && places && (
        <DurationBar
          parts={places.map((place) =>
            place.name === 'acquire' ? { ...place, note: timings.start } : place,
          )}
          totalMs={places.reduce((sum, { ms }) => sum + ms, 0)}
          why={timings.why}
        />
      )}
    </>
  )
}

function Content({ of }: { of: Invocation }) {
  const type = of.error?.errorType ?? of.errorType
  const message = of.error?.errorMessage ?? of.errorMessage
  return (
    <>
      {type !== undefined && (
        <>
          <h3>Error</h3>
          <Json
            label="Error"
            value={[`${type}: ${message ?? ''}`, ...(of.error?.trace ?? [])].join('\n')}
          />
        </>
      )}
      {of.event !== undefined && (
        <>
          <h3>Event</h3>
          <Json label="Event" value={of.event} />
        </>
      )}
      {of.eventOmitted !== undefined && (
        <p class="faint">Its event is not there: {of.eventOmitted}.</p>
      )}
      {of.result !== undefined && (
        <>
          <h3>Answer</h3>
          <Json label="Answer" value={of.result} />
        </>
      )}
      {of.resultOmitted !== undefined && (
        <p class="faint">Its answer is not there: {of.resultOmitted}.</p>
      )}
    </>
  )
}
