import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { useForm } from '../form.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Choice, TextField } from '../parts/field.tsx'
import { Loaded, Outcome } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import type { Provisioned } from '../types.ts'
import { useQualifierOptions } from './qualifiers.ts'

const REFRESH_MS = 5000

/** How many sandboxes of a version or an alias are kept ready. */
export function ProvisionedConcurrency({ name }: { name: string }) {
  const route = path`/functions/${name}/provisioned-concurrency`
  const found = useResource<{ provisionedConcurrency: Provisioned[] }>(route, REFRESH_MS)
  const action = useAction(found.reload)
  const remove = (qualifier: string) =>
    action.run(async () => {
      await call(`DELETE ${route}/${encodeURIComponent(qualifier)}`)
      return `None of ${qualifier} are kept`
    })
  return (
    <section class="card" aria-label="Provisioned concurrency">
      <h3>Provisioned concurrency</h3>
      <Loaded of={found} what="provisioned concurrency">
        {({ provisionedConcurrency: all }) => (
          <>
            {all.length > 0 && (
              <Table
                caption="Provisioned concurrency"
                rows={all}
                keyOf={({ qualifier }) => qualifier}
                columns={[
                  { title: 'Of', cell: ({ qualifier }) => qualifier },
                  { title: 'Kept', cell: keptText },
                  {
                    title: 'Now',
                    cell: ({ status, statusReason, available, requested }) => (
                      <>
                        <State of={status} /> {available} of {requested} {statusReason}
                      </>
                    ),
                  },
                  {
                    title: '',
                    cell: ({ qualifier }) => (
                      <Confirm
                        label="Remove"
                        question="Its next calls may start cold."
                        onYes={() => remove(qualifier)}
                        isDisabled={action.isRunning}
                      />
                    ),
                  },
                ]}
              />
            )}
            <Keep name={name} all={all} route={route} reload={found.reload} />
          </>
        )}
      </Loaded>
      <Outcome action={action} what="provisioned concurrency" />
    </section>
  )
}

function keptText({ count, windows }: Provisioned): string {
  const more = windows.map(
    (window) => `${window.count} from ${window.schedule} for ${window.durationMinutes} min`,
  )
  return [String(count), ...more].join('; ')
}

interface KeepProps {
  name: string
  all: readonly Provisioned[]
  route: string
  reload(): void
}

function Keep({ name, all, route, reload }: KeepProps) {
  const options = useQualifierOptions(name).filter(([qualifier]) => qualifier !== '')
  const known = { qualifier: options[0]?.[0] ?? '', count: '1' }
  const keep = async (_changed: object, { qualifier, count }: typeof known) => {
    const windows = all.find((one) => one.qualifier === qualifier)?.windows ?? []
    await call(`PUT ${route}/${encodeURIComponent(qualifier)}`, {
      json: { count: Number(count), windows: windows.map(withoutState) },
    })
    return `${count} of ${qualifier} are kept ready`
  }
  const { entered, change, submit, action } = useForm(known, keep, reload)
  if (options.length === 0) {
    return <p class="faint">Publish a version first: what is kept ready cannot change.</p>
  }
  return (
    <form onSubmit={submit} aria-label="Keep ready">
      <div class="row">
        <Choice
          label="Of"
          value={entered.qualifier}
          options={options}
          onChoice={change('qualifier')}
        />
        <TextField
          label="Sandboxes"
          type="number"
          value={entered.count}
          onText={change('count')}
          isRequired
        />
        <button type="submit" disabled={action.isRunning}>
          Keep them ready
        </button>
      </div>
      <Outcome action={action} what="provisioned concurrency" />
    </form>
  )
}

/** A window as it was set; when it opens is the platform's to say. */
function withoutState({
  schedule,
  timezone,
  durationMinutes,
  count,
}: Provisioned['windows'][number]) {
  return { schedule, ...(timezone !== undefined && { timezone }), durationMinutes, count }
}
