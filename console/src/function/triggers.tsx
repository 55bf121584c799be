import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { ago, count } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Empty, Loaded, Outcome } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { useResource } from '../resource.ts'
import { sampleFor } from '../sample-events.ts'
import type { Scan, Trigger } from '../types.ts'
import { FunctionUrl } from './function-url.tsx'
import { invokeLater } from './invoke.ts'
import type { PartProps } from './part-props.ts'
import { TriggerForm } from './trigger-form.tsx'

/** What calls the function by itself. */
export function Triggers({ definition: { name } }: PartProps) {
  const found = useResource<{ triggers: Trigger[] }>(path`/functions/${name}/triggers`)
  return (
    <section>
      <h2 class="unseen">Triggers</h2>
      <Loaded of={found} what="triggers">
        {({ triggers }) =>
          triggers.length === 0 ? (
            <Empty title="Nothing calls this function by itself">
              <p>
                Add a schedule, the objects of a bucket, or events below, or give it an address.
              </p>
            </Empty>
          ) : (
            <ul class="cards">
              {triggers.map((trigger) => (
                <TriggerCard key={trigger.id} name={name} trigger={trigger} reload={found.reload} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <TriggerForm name={name} onAdded={found.reload} />
      <FunctionUrl name={name} />
    </section>
  )
}

interface TriggerCardProps {
  name: string
  trigger: Trigger
  reload(): void
}

function TriggerCard({ name, trigger, reload }: TriggerCardProps) {
  const action = useAction()
  const removal = useAction(reload)
  const send = () =>
    action.run(async () => {
      const { qualifier } = trigger
      const { id } = await invokeLater({ name, qualifier }, JSON.stringify(sampleFor(trigger)))
      return `Sent as ${id}: it is under Invocations`
    })
  const remove = () =>
    removal.run(async () => {
      await call(`DELETE ${path`/functions/${name}/triggers/${trigger.id}`}`)
      return undefined
    })
  return (
    <li class="card">
      <p>
        <strong>{TITLES[trigger.type]}</strong> <Rule of={trigger} />
      </p>
      {trigger.type === 'object' && <LastScan bucket={trigger.bucket} />}
      <p class="faint">
        Added {ago(trigger.createdAt)}
        {trigger.qualifier !== undefined && `, calls ${trigger.qualifier}`}
        {trigger.origin !== undefined && `, of ${trigger.origin}`}
      </p>
      <div class="row">
        <button type="button" disabled={action.isRunning} onClick={send}>
          Send a test event
        </button>
        <Confirm
          label="Remove"
          question="It will call nothing any more."
          onYes={remove}
          isDisabled={removal.isRunning}
        />
      </div>
      <Outcome action={action} what="triggers" />
      <Outcome action={removal} what="triggers" />
    </li>
  )
}

const TITLES = { schedule: 'Schedule', object: 'Object', event: 'Event' } as const

function Rule({ of }: { of: Trigger }) {
  if (of.type === 'schedule') {
    return (
      <>
        <code>{of.schedule}</code> {of.timezone ?? 'UTC'}
      </>
    )
  }
  if (of.type === 'event') return <code>{JSON.stringify(of.pattern)}</code>
  return (
    <>
      <code>
        {of.bucket}/{of.prefix ?? ''}*{of.suffix ?? ''}
      </code>{' '}
      {of.events.join(', ')}
    </>
  )
}

/** The pass over the bucket that finds what no webhook has reported. */
function LastScan({ bucket }: { bucket: string }) {
  const { data } = useResource<Scan>(path`/buckets/${bucket}/scan`)
  if (!data) return null
  const { lastPass, error, state } = data
  return (
    <p>
      Reconcile <State of={error ? 'failed' : state} />{' '}
      {lastPass
        ? `last ${ago(lastPass.endedAt)}: ${count(lastPass.objects)} objects, ${count(lastPass.found)} were missing`
        : 'no pass has ended yet'}
      {error && `: ${error.message}`}
    </p>
  )
}
