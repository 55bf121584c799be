import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call } from '../api.ts'
import { ago } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Json } from '../parts/json.tsx'
import { Empty, Loaded, Outcome } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import type { Invocation, Page } from '../types.ts'
import { deadLettersOf } from './dead-letters.ts'

interface DeadLetterListProps {
  target: string
  onChange(): void
}

/** The dead letters of one target, each with its event. */
export function DeadLetterList({ target, onChange }: DeadLetterListProps) {
  const found = useResource<{ invocations: Invocation[] } & Page>(deadLettersOf(target))
  return (
    <Loaded of={found} what="dead letters">
      {({ invocations, cursor }) =>
        invocations.length === 0 ? (
          <Empty title={`${target} has no dead letters`}>
            <p>Invocations that failed for good would wait here for 14 days, with their events.</p>
          </Empty>
        ) : (
          <>
            <ul class="cards">
              {invocations.map((letter) => (
                <DeadLetter key={letter.id} target={target} letter={letter} onChange={onChange} />
              ))}
            </ul>
            {cursor !== undefined && (
              <p class="faint">There are older ones: they follow when these are dealt with.</p>
            )}
          </>
        )
      }
    </Loaded>
  )
}

function DeadLetter({ target, letter, onChange }: DeadLetterListProps & { letter: Invocation }) {
  const [isOpen, setIsOpen] = useState(false)
  const action = useAction()
  const redrive = () =>
    action.run(async () => {
      await call(`POST ${deadLettersOf(target, letter.id, 'redrive')}`)
      onChange()
      return undefined
    })
  const purge = () =>
    action.run(async () => {
      await call(`DELETE ${deadLettersOf(target, letter.id)}`)
      onChange()
      return undefined
    })
  const { error, state, endedAt, id, functionName, delivery, attempts = [] } = letter
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
        <button type="button" class="primary" disabled={action.isRunning} onClick={redrive}>
          Redrive
        </button>
        <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          Event
        </button>
        <Confirm label="Purge" question="Forget it?" onYes={purge} isDisabled={action.isRunning} />
      </div>
      {isOpen && <LetterEvent target={target} id={id} />}
      <Outcome action={action} what="dead letters" />
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
