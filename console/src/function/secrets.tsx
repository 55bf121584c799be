import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { useForm } from '../form.ts'
import { ago } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { TextField } from '../parts/field.tsx'
import { Loaded, Outcome } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import { TextArea } from './text-area.tsx'

/** Variables that are kept encrypted: they are set and removed, and never shown again. */
export function Secrets({ name }: { name: string }) {
  const route = path`/functions/${name}/secrets`
  const found = useResource<{ secrets: { name: string; updatedAt: string }[] }>(route)
  const action = useAction(found.reload)
  const remove = (secret: string) =>
    action.run(async () => {
      await call(`DELETE ${route}/${encodeURIComponent(secret)}`)
      return `Removed ${secret}`
    })
  return (
    <section class="card" aria-label="Secrets">
      <h3>Secrets</h3>
      <Loaded of={found} what="secrets">
        {({ secrets }) => (
          <>
            {secrets.length === 0 ? (
              <p class="faint">
                No secrets yet. The function reads them as it reads its environment; nobody else
                does.
              </p>
            ) : (
              <Table
                caption="Secrets"
                rows={secrets}
                keyOf={(secret) => secret.name}
                columns={[
                  { title: 'Name', cell: (secret) => <code>{secret.name}</code> },
                  { title: 'Set', cell: ({ updatedAt }) => ago(updatedAt) },
                  {
                    title: '',
                    cell: (secret) => (
                      <Confirm
                        label="Remove"
                        question="The function loses it."
                        onYes={() => remove(secret.name)}
                        isDisabled={action.isRunning}
                      />
                    ),
                  },
                ]}
              />
            )}
            <SetSecret route={route} onSet={found.reload} />
          </>
        )}
      </Loaded>
      <Outcome action={action} what="secrets" />
    </section>
  )
}

const NONE = { name: '', value: '' }

function SetSecret({ route, onSet }: { route: string; onSet(): void }) {
  const set = async (_changed: object, { name, value }: typeof NONE) => {
    await call(`PUT ${route}/${encodeURIComponent(name)}`, { json: { value } })
    return `Set ${name}`
  }
  const { entered, change, submit, action } = useForm(NONE, set, onSet)
  return (
    <form onSubmit={submit} aria-label="Set a secret">
      <div class="row">
        <TextField label="Name" value={entered.name} onText={change('name')} isRequired />
      </div>
      <TextArea
        label="Value"
        value={entered.value}
        onText={change('value')}
        rows={2}
        hint="With its line breaks, as a key in PEM has them"
        isRequired
        isConcealed
      />
      <button type="submit" disabled={action.isRunning}>
        Set
      </button>
      <Outcome action={action} what="secrets" />
    </form>
  )
}
