import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call } from '../api.ts'
import { count, span } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Choice } from '../parts/field.tsx'
import { Empty, Failure, Loaded, Outcome } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import type { FunctionDefinition, Queue } from '../types.ts'
import { DeadLetterList } from './dead-letter-list.tsx'
import { deadLettersOf } from './dead-letters.ts'

const REFRESH_MS = 3000

/** What waits for its turn, and what came to no good end. */
export function QueuePage() {
  const queues = useResource<{ queues: Queue[] }>('/queues?limit=100', REFRESH_MS)
  const functions = useResource<{ functions: FunctionDefinition[] }>('/functions?limit=100')
  const targets = [
    ...new Set([
      ...(queues.data?.queues ?? [])
        .toSorted((a, b) => b.deadLetters - a.deadLetters)
        .map(({ target }) => target),
      ...(functions.data?.functions ?? []).map(({ name }) => name),
    ]),
  ]
  return (
    <>
      <h1>Queue and dead letters</h1>
      <section aria-label="Queue">
        <h2>Queue</h2>
        <Loaded of={queues} what="queues">
          {({ queues: all }) =>
            all.length === 0 ? (
              <Empty title="Nothing waits">
                <p>
                  What is called asynchronously, or by a trigger, stands here until its turn comes.
                </p>
              </Empty>
            ) : (
              <QueueTable queues={all} />
            )
          }
        </Loaded>
      </section>
      <section aria-label="Dead letters">
        <h2>Dead letters</h2>
        <Failure error={functions.error} what="functions" />
        {functions.data && <DeadLetters targets={targets} onChange={queues.reload} />}
      </section>
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
  targets: readonly string[]
  onChange(): void
}

function DeadLetters({ targets, onChange }: DeadLettersProps) {
  const [chosen, setChosen] = useState<string>()
  const [round, setRound] = useState(0)
  const target = chosen ?? targets[0]
  const action = useAction()
  if (target === undefined) {
    return (
      <Empty title="There are no functions yet">
        <Link to={['new']}>Create one from a template</Link>
      </Empty>
    )
  }
  const change = () => {
    setRound(round + 1)
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
        <Choice
          label="Of"
          value={target}
          options={targets.map((one) => [one, one] as const)}
          onChoice={setChosen}
        />
        <button type="button" disabled={action.isRunning} onClick={redriveAll}>
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
      <DeadLetterList key={`${target} ${round}`} target={target} onChange={change} />
    </>
  )
}
