import { useState } from 'preact/hooks'
import { useAction } from '../action.ts'
import { call, path, query } from '../api.ts'
import { ago, bytes } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { TextField } from '../parts/field.tsx'
import { Empty, Loaded, Outcome } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import { useSettled } from '../settled.ts'
import type { Page } from '../types.ts'
import { BucketRules } from './bucket-rules.tsx'

const LIMIT = 100

interface StoredObject {
  key: string
  size: number
  lastModified: string
}

/** What is in a bucket, and what happens with it. */
export function BucketPage({ bucket }: { bucket: string }) {
  return (
    <>
      <p class="trail">
        <Link to={['storage']}>Storage</Link> <span aria-hidden="true">/</span>
      </p>
      <h1>{bucket}</h1>
      <BucketRules bucket={bucket} />
      <Objects bucket={bucket} />
    </>
  )
}

function Objects({ bucket }: { bucket: string }) {
  const [prefix, setPrefix] = useState('')
  const [cursors, setCursors] = useState<string[]>([])
  const found = useResource<{ objects: StoredObject[] } & Page>(
    path`/buckets/${bucket}/objects` +
      query({ prefix: useSettled(prefix), limit: LIMIT, cursor: cursors.at(-1) }),
  )
  const narrow = (text: string) => {
    setPrefix(text)
    setCursors([])
  }
  return (
    <section aria-label="Objects">
      <h2>Objects</h2>
      <div class="row">
        <TextField label="Key begins with" value={prefix} onText={narrow} />
        <Put bucket={bucket} prefix={prefix} onPut={found.reload} />
      </div>
      <Loaded of={found} what="objects">
        {({ objects, cursor }) => (
          <>
            {objects.length === 0 ? (
              <Empty title={prefix === '' ? 'This bucket is empty' : 'No key begins so'}>
                {prefix === '' && <p>Put a file into it, here or with any S3 client.</p>}
              </Empty>
            ) : (
              <ObjectTable bucket={bucket} objects={objects} onChange={found.reload} />
            )}
            <div class="row">
              {cursors.length > 0 && (
                <button type="button" onClick={() => setCursors(cursors.slice(0, -1))}>
                  Previous
                </button>
              )}
              {cursor !== undefined && (
                <button type="button" onClick={() => setCursors([...cursors, cursor])}>
                  Next
                </button>
              )}
            </div>
          </>
        )}
      </Loaded>
    </section>
  )
}

interface ObjectTableProps {
  bucket: string
  objects: readonly StoredObject[]
  onChange(): void
}

function ObjectTable({ bucket, objects, onChange }: ObjectTableProps) {
  const action = useAction()
  const remove = (key: string) =>
    action.run(async () => {
      await call(`DELETE ${addressOf(bucket, key)}`)
      onChange()
      return `Removed ${key}`
    })
  return (
    <>
      <Table
        caption={`Objects of ${bucket}`}
        rows={objects}
        keyOf={({ key }) => key}
        columns={[
          {
            title: 'Key',
            cell: ({ key }) => (
              <a href={addressOf(bucket, key)} download={key.split('/').at(-1) ?? key} class="id">
                {key}
              </a>
            ),
          },
          { title: 'Size', isNumber: true, cell: ({ size }) => bytes(size) },
          { title: 'Changed', cell: ({ lastModified }) => ago(lastModified) },
          {
            title: '',
            cell: ({ key }) => (
              <Confirm
                label="Remove"
                question="Remove it?"
                onYes={() => remove(key)}
                isDisabled={action.isRunning}
              />
            ),
          },
        ]}
      />
      <Outcome action={action} what="objects" />
    </>
  )
}

interface PutProps {
  bucket: string
  prefix: string
  onPut(): void
}

function Put({ bucket, prefix, onPut }: PutProps) {
  const action = useAction()
  const put = (event: Event & { currentTarget: HTMLInputElement }) => {
    const file = event.currentTarget.files?.[0]
    if (!file) return
    action.run(async () => {
      const headers = { 'content-type': file.type || 'application/octet-stream' }
      await call(`PUT ${addressOf(bucket, `${prefix}${file.name}`)}`, {
        body: file,
        headers,
        deadlineMs: 120_000,
      })
      onPut()
      return `Put ${prefix}${file.name}`
    })
  }
  return (
    <div class="field">
      <label for="put-file">Put a file</label>
      <input id="put-file" type="file" disabled={action.isRunning} onChange={put} />
      <Outcome action={action} what="objects" />
    </div>
  )
}

/** Slashes are part of a key, and stay. */
function addressOf(bucket: string, key: string): string {
  return path`/buckets/${bucket}/objects/` + key.split('/').map(encodeURIComponent).join('/')
}
