import { useEffect, useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call } from '../api.ts'
import { count, span } from '../format.ts'
import { usePages } from '../paging.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Choice } from '../parts/field.tsx'
import { Empty, Loaded, Outcome } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import { Link } from '../router.tsx'
import type { Queue } from '../types.ts'
import { useWholeList } from '../whole-list.ts'
import { DeadLetterList, type DeadLetterPage } from './dead-letter-list.tsx'
import { deadLettersOf } from './dead-letters.ts'

const REFRESH_MS = 3000

/** What waits for its turn, and what came to no good end. */
export function QueuePage() {
  const found = useWholeList<Queue>('/queues', 'queues', REFRESH_MS)
  return (
    <>
      <div class="head">
        <h1>Queue and dead letters</h1>
        <a href="/console/queue-board/">Turns in BullMQ</a>
      </div>
      <Loaded of={found} what="queues">
        {({ items, isCut }) => (
          <>
            <section aria-label="Queue">
              <h2>Queue</h2>
              {items.length === 0 ? (
                <Empty title="Nothing waits">
                  <p>
                    What is called asynchronously, or by a trigger, stands here until its turn
                    comes.
                  </p>
                </Empty>
              ) : (
                <QueueTable queues={items} />
              )}
              {isCut && <p class="note">There are more: these are the first by name.</p>}
            </section>
            <section aria-label="Dead letters">
              <h2>Dead letters</h2>
              <DeadLetters queues={items} onChange={found.reload} />
            </section>
          </>
        )}
      </Loaded>
    </>
  )
}

function QueueTable({ queues }: { queues: readonly Queue[] }) {
  return (
    <Table
      caption="Queues"
      rows={queues}
      keyOf={({ target }) => target}
      columns={[
        {
          title: 'Of',
          cell: ({ target }) => (
            <Link to={['functions', target.split(':', 1)[0] ?? target]}>{target}</Link>
          ),
        },
        { title: 'Ready', isNumber: true, cell: ({ ready }) => count(ready) },
        { title: 'Later', isNumber: true, cell: ({ later }) => count(later) },
        {
          title: 'Oldest',
          isNumber: true,
          cell: ({ oldestAgeMs }) => (oldestAgeMs === undefined ? '–' : span(oldestAgeMs)),
        },
        { title: 'Dead letters', isNumber: true, cell: ({ deadLetters }) => count(deadLetters) },
      ]}
    />
  )
}

interface DeadLettersProps {
  queues: readonly Queue[]
  onChange(): void
}

/** Of one target at a time. It stays that one, whatever comes or goes: what is forgotten must be what was asked about. */
function DeadLetters({ queues, onChange }: DeadLettersProps) {
  const [chosen, setChosen] = useState<string>()
  const having = queues.filter(({ deadLetters }) => deadLetters > 0)
  const [first] = having.toSorted((a, b) => b.deadLetters - a.deadLetters)
  const target = chosen ?? first?.target
  useEffect(() => setChosen(target), [target])
  if (target === undefined) {
    return (
      <Empty title="There are no dead letters">
        <p>Invocations that failed for good would wait here for 14 days, with their events.</p>
      </Empty>
    )
  }
  const counts = new Map([
    [target, 0],
    ...having.map((one) => [one.target, one.deadLetters] as const),
  ])
  return (
    <>
      <div class="row">
        <Choice
          label="Of"
          value={target}
          options={Array.from(
            counts,
            ([one, letters]) => [one, `${one}: ${count(letters)}`] as const,
          )}
          onChoice={setChosen}
        />
      </div>
      <DeadLettersOf key={target} target={target} onChange={onChange} />
    </>
  )
}

interface DeadLettersOfProps {
  target: string
  onChange(): void
}

function DeadLettersOf({ target, onChange }: DeadLettersOfProps) {
  const found = usePages<DeadLetterPage>(deadLettersOf(target))
  const action = useAction()
  const change = () => {
    found.reload()
    onChange()
  }
  const redriveAll = () =>
    action.run(async () => {
      const { redriven, left } = await call<{ redriven: number; left: number }>(
        `POST ${deadLettersOf(target, 'redrive')}`,
      )
      change()
      return `${redriven} taken up again${left > 0 ? `, ${left} left: press it again` : ''}`
    })
  const purgeAll = () =>
    action.run(async () => {
      const { purged } = await call<{ purged: number }>(`DELETE ${deadLettersOf(target)}`)
      change()
      return `${purged} forgotten`
    })
  return (
    <>
      <div class="row">
        <button type="button" aria-disabled={action.isRunning} onClick={redriveAll}>
          Redrive all
        </button>
        <Confirm
          label="Purge all"
          question={`Forget all dead letters of ${target}?`}
          yes="Purge"
          onYes={purgeAll}
          isDisabled={action.isRunning}
        />
      </div>
      <Outcome action={action} what="dead letters" />
      <DeadLetterList target={target} of={found} action={action} onChange={change} />
    </>
  )
}
