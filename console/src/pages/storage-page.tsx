import { useState } from 'preact/hooks'
import type { Answer } from '../../../api/shapes.ts'
import { useAction } from '../action.ts'
import { call, path } from '../api.ts'
import { ago } from '../format.ts'
import { TextField } from '../parts/field.tsx'
import { Empty, Loaded, Outcome } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import type { Scan } from '../types.ts'

/** The buckets, and how the scan of each goes. */
export function StoragePage() {
  const found = useResource<Answer<'/buckets'>>('/buckets')
  return (
    <>
      <h1>Storage</h1>
      <Loaded of={found} what="buckets">
        {({ buckets }) => (
          <>
            {buckets.length === 0 ? (
              <Empty title="There are no buckets yet">
                <p>Make one here; an object trigger makes functions run for what is put into it.</p>
              </Empty>
            ) : (
              <Table
                caption="Buckets"
                rows={buckets}
                keyOf={({ name }) => name}
                columns={[
                  {
                    title: 'Bucket',
                    cell: ({ name }) => <Link to={['storage', name]}>{name}</Link>,
                  },
                  { title: 'Made', cell: ({ createdAt }) => ago(createdAt) },
                  { title: 'Last scan', cell: ({ name }) => <ScanOf bucket={name} /> },
                ]}
              />
            )}
            <MakeBucket onMade={found.reload} />
          </>
        )}
      </Loaded>
    </>
  )
}

function ScanOf({ bucket }: { bucket: string }) {
  const { data } = useResource<Scan>(path`/buckets/${bucket}/scan`)
  if (!data) return <>–</>
  return (
    <>
      <State of={data.state} /> {data.lastPass && ago(data.lastPass.endedAt)}
    </>
  )
}

function MakeBucket({ onMade }: { onMade(): void }) {
  const [name, setName] = useState('')
  const action = useAction()
  const submit = (event: Event) => {
    event.preventDefault()
    action.run(async () => {
      await call(`PUT ${path`/buckets/${name}`}`)
      setName('')
      onMade()
      return `${name} is there`
    })
  }
  return (
    <form class="card" onSubmit={submit} aria-label="Make a bucket">
      <div class="row">
        <TextField label="New bucket" value={name} onText={setName} isRequired />
        <button type="submit" class="primary" disabled={action.isRunning}>
          Make it
        </button>
      </div>
      <Outcome action={action} what="making buckets" />
    </form>
  )
}
