import { useState } from 'preact/hooks'
import { type Action, useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { DurationBar } from '../charts/duration-bar.tsx'
import { clock, clockSince, duration, moment, zone } from '../format.ts'
import { deadLettersOf } from '../pages/dead-letters.ts'
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
const FINAL: readonly string[] = ['succeeded', 'failed', 'expired', 'cancelled']

/** One invocation: what it was, what it did and when, and what can be done about it. */
export function InvocationPage({ id, definition: { name } }: PartProps & { id: string }) {
  const found = useResource<Invocation>(path`/invocations/${id}`, (known) =>
    known && isSettled(known) ? undefined : REFRESH_MS,
  )
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
            <InvocationLog
              name={name}
              id={id}
              isOver={FINAL.includes(invocation.state)}
              attempts={invocation.attempts?.length ?? 1}
            />
          </>
        )}
      </Loaded>
    </section>
  )
}

/** Whether nothing more becomes of it by itself: it has ended, and whoever is to be told has been. */
function isSettled({ state, delivery }: Invocation): boolean {
  return FINAL.includes(state) && delivery?.state !== 'waiting'
}

/** Why its event cannot be run again; undefined where it can. */
function notReplayable({ type, state, event, eventOmitted }: Invocation): string | undefined {
  if (event !== undefined) return undefined
  // Of one that may be needed again the event is there, whether it is shown or not.
  if (type === 'Event' && (!FINAL.includes(state) || state === 'failed' || state === 'expired'))
    return undefined
  return eventOmitted ?? 'it is kept where the function has record.bodies'
}

/** Failed for good, and no destination has taken it; it may have been purged since. */
function isDeadLetter({ type, state, delivery, redrivenAs }: Invocation): boolean {
  if (type !== 'Event' || redrivenAs !== undefined) return false
  const hasFailed = state === 'failed' || state === 'expired'
  return delivery ? delivery.state === 'dead' : hasFailed
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
      <span>
        {moment(createdAt)} {zone()}
      </span>
      <span>{duration(durationOf(of))}</span>
      {memoryMb !== undefined && <span>{memoryMb} MB used</span>}
    </p>
  )
}

interface ActionsProps {
  of: Invocation
  reload(): void
}

function Actions({ of, reload }: ActionsProps) {
  const action = useAction()
  const open = (id: string) => go('functions', of.functionName, 'invocations', id)
  const redrive = () =>
    action.run(async () => {
      const target =
        of.qualifier === undefined ? of.functionName : `${of.functionName}:${of.qualifier}`
      const { invocationId } = await call<{ invocationId?: string }>(
        `POST ${deadLettersOf(target, of.id, 'redrive')}`,
      )
      if (invocationId !== undefined) open(invocationId)
      else reload()
      return 'Its end is delivered again'
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
        <Replay of={of} action={action} onReplayed={open} />
        {isDeadLetter(of) && (
          <button type="button" aria-disabled={action.isRunning} onClick={redrive}>
            Redrive
          </button>
        )}
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
      <Outcome action={action} what="running invocations again" />
    </>
  )
}

interface ReplayProps {
  of: Invocation
  action: Action
  onReplayed(id: string): void
}

function Replay({ of, action, onReplayed }: ReplayProps) {
  const [qualifier, setQualifier] = useState('')
  const reason = notReplayable(of)
  if (reason !== undefined)
    return <p class="faint">It cannot be replayed, without its event: {reason}.</p>
  const replay = () =>
    action.run(async () => {
      const json = qualifier === '' ? {} : { qualifier }
      const { id } = await call<{ id: string }>(`POST ${path`/invocations/${of.id}/replay`}`, {
        json,
      })
      onReplayed(id)
      return undefined
    })
  return (
    <>
      <TextField
        label="Replay on"
        value={qualifier}
        placeholder={of.qualifier ?? 'the current state'}
        onText={setQualifier}
      />
      <button type="button" aria-disabled={action.isRunning} onClick={replay}>
        Replay
      </button>
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
            <time dateTime={startedAt}>{clockSince(of.createdAt, startedAt)}</time> attempt{' '}
            {index + 1} <State of={outcome} />{' '}
            {endedAt !== undefined && duration(Date.parse(endedAt) - Date.parse(startedAt))}{' '}
            {errorType !== undefined && <code>{errorType}</code>}
            {node !== undefined && <span class="faint"> on {node}</span>}
          </li>
        ))}
        {of.endedAt !== undefined && (
          <li>
            <time dateTime={of.endedAt}>{clockSince(of.createdAt, of.endedAt)}</time>{' '}
            <State of={of.state} />
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
