import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { ago } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { TextField } from '../parts/field.tsx'
import { Loaded, Outcome } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'

/** Variables that are kept encrypted: they are set and removed, and never shown again. */
export function Secrets({ name }: { name: string }) {
  const route = path`/functions/${name}/secrets`
  const found = useResource<{ secrets: { name: string; updatedAt: string }[] }>(route)
  const action = useAction()
  const remove = (secret: string) =>
    action.run(async () => {
      await call(`DELETE ${route}/${encodeURIComponent(secret)}`)
      found.reload()
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

function SetSecret({ route, onSet }: { route: string; onSet(): void }) {
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const action = useAction()
  const submit = (event: Event) => {
    event.preventDefault()
    action.run(async () => {
      await call(`PUT ${route}/${encodeURIComponent(name)}`, { json: { value } })
      setName('')
      setValue('')
      onSet()
      return `Set ${name}`
    })
  }
  return (
    <form onSubmit={submit} aria-label="Set a secret">
      <div class="row">
        <TextField label="Name" value={name} onText={setName} isRequired />
        <TextField label="Value" type="password" value={value} onText={setValue} isRequired />
        <button type="submit" disabled={action.isRunning}>
          Set
        </button>
      </div>
      <Outcome action={action} what="secrets" />
    </form>
  )
}
