import { useState } from 'preact/hooks'
import type { Action } from '../action.ts'
import { call } from '../api.ts'
import { ago } from '../format.ts'
import { type Paged, Pager } from '../paging.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Json } from '../parts/json.tsx'
import { Empty, Loaded } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import type { Invocation, Page } from '../types.ts'
import { deadLettersOf } from './dead-letters.ts'

export type DeadLetterPage = { invocations: Invocation[] } & Page

interface DeadLetterListProps {
  target: string
  of: Paged<DeadLetterPage>
  /** Of the whole list: what was done with one is said when that is not there any more. */
  action: Action
  onChange(): void
}

/** The dead letters of one target, each with its event. */
export function DeadLetterList({ of, ...shared }: DeadLetterListProps) {
  return (
    <>
      <Loaded of={of} what="dead letters">
        {({ invocations }) =>
          invocations.length === 0 ? (
            <Empty title={`${shared.target} has no dead letters`} />
          ) : (
            <ul class="cards">
              {invocations.map((letter) => (
                <DeadLetter key={letter.id} letter={letter} {...shared} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <Pager of={of.pager} names={['Newer', 'Older']} />
    </>
  )
}

type DeadLetterProps = Omit<DeadLetterListProps, 'of'> & { letter: Invocation }

function DeadLetter({ target, letter, action, onChange }: DeadLetterProps) {
  const [isOpen, setIsOpen] = useState(false)
  const { error, state, endedAt, id, functionName, delivery, attempts = [] } = letter
  const redrive = () =>
    action.run(async () => {
      await call(`POST ${deadLettersOf(target, id, 'redrive')}`)
      onChange()
      return `${id.slice(0, 8)} is taken up again`
    })
  const purge = () =>
    action.run(async () => {
      await call(`DELETE ${deadLettersOf(target, id)}`)
      onChange()
      return `${id.slice(0, 8)} is forgotten`
    })
  return (
    <li class="card">
      <p class="facts">
        <State of={state} />
        <Link to={['functions', functionName, 'invocations', id]} class="id">
          {id.slice(0, 8)}
        </Link>
        <span>{ago(endedAt)}</span>
        <span>{attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`}</span>
      </p>
      {error && (
        <p>
          <code>{error.errorType}</code> {error.errorMessage}
        </p>
      )}
      {delivery && (
        <p>
          To {delivery.destination}: {delivery.error ?? delivery.state}
        </p>
      )}
      <div class="row">
        <button type="button" class="primary" aria-disabled={action.isRunning} onClick={redrive}>
          Redrive
        </button>
        <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          Event
        </button>
        <Confirm label="Purge" question="Forget it?" onYes={purge} isDisabled={action.isRunning} />
      </div>
      {isOpen && <LetterEvent target={target} id={id} />}
    </li>
  )
}

function LetterEvent({ target, id }: { target: string; id: string }) {
  const found = useResource<{ event: unknown }>(deadLettersOf(target, id))
  return (
    <Loaded of={found} what="its event">
      {({ event }) => <Json label="Event" value={event} />}
    </Loaded>
  )
}
