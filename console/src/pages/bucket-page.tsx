import { useState } from 'preact/hooks'
import type { Answer } from '../../../api/shapes.ts'
import { useAction } from '../action.ts'
import { call, path, query } from '../api.ts'
import { ago, bytes } from '../format.ts'
import { Pager, usePages } from '../paging.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { TextField } from '../parts/field.tsx'
import { Empty, Loaded, Outcome } from '../parts/notice.tsx'
import { Table } from '../parts/table.tsx'
import { Link } from '../router.tsx'
import { useSettled } from '../settled.ts'
import { BucketRules } from './bucket-rules.tsx'

const LIMIT = 100
const PUT_DEADLINE_MS = 120_000

type ObjectPage = Answer<'/buckets/{bucket}/objects'>
type StoredObject = ObjectPage['objects'][number]

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
  const found = usePages<ObjectPage>(
    path`/buckets/${bucket}/objects` + query({ prefix: useSettled(prefix), limit: LIMIT }),
  )
  const action = useAction()
  const remove = (key: string) =>
    action.run(async () => {
      await call(`DELETE ${addressOf(bucket, key)}`)
      found.reload()
      return `Removed ${key}`
    })
  return (
    <section aria-label="Objects">
      <h2>Objects</h2>
      <div class="row">
        <TextField label="Key begins with" value={prefix} onText={setPrefix} />
        <Put bucket={bucket} prefix={prefix} onPut={found.reload} />
      </div>
      <Outcome action={action} what="objects" />
      <Loaded of={found} what="objects">
        {({ objects }) =>
          objects.length === 0 ? (
            <Empty title={prefix === '' ? 'This bucket is empty' : 'No key begins so'}>
              {prefix === '' && <p>Put a file into it, here or with any S3 client.</p>}
            </Empty>
          ) : (
            <ObjectTable
              bucket={bucket}
              objects={objects}
              isBusy={action.isRunning}
              onRemove={remove}
            />
          )
        }
      </Loaded>
      <Pager of={found.pager} />
    </section>
  )
}

interface ObjectTableProps {
  bucket: string
  objects: readonly StoredObject[]
  isBusy: boolean
  onRemove(key: string): void
}

function ObjectTable({ bucket, objects, isBusy, onRemove }: ObjectTableProps) {
  return (
    <Table
      caption={`Objects of ${bucket}`}
      rows={objects}
      keyOf={({ key }) => key}
      columns={[
        {
          title: 'Key',
          cell: ({ key }) =>
            isAddressable(key) ? (
              <a href={addressOf(bucket, key)} download={key.split('/').at(-1) ?? key} class="id">
                {key}
              </a>
            ) : (
              <span class="id">{key}</span>
            ),
        },
        { title: 'Size', isNumber: true, cell: ({ size }) => bytes(size) },
        { title: 'Changed', cell: ({ lastModified }) => ago(lastModified) },
        {
          title: '',
          cell: ({ key }) =>
            isAddressable(key) ? (
              <Confirm
                label="Remove"
                question="Remove it?"
                onYes={() => onRemove(key)}
                isDisabled={isBusy}
              />
            ) : (
              <span class="faint">by S3 clients only</span>
            ),
        },
      ]}
    />
  )
}

interface PutProps {
  bucket: string
  prefix: string
  onPut(): void
}

function Put({ bucket, prefix, onPut }: PutProps) {
  const action = useAction()
  const put = ({ currentTarget: input }: { currentTarget: HTMLInputElement }) => {
    const file = input.files?.[0]
    if (!file) return
    const key = `${prefix}${file.name}`
    // Else the same file could not be chosen again: nothing would have changed.
    input.value = ''
    action.run(async () => {
      if (!isAddressable(key))
        throw new Error(`No browser can put "${key}": it takes "." and ".." out of addresses`)
      const headers = { 'content-type': file.type || 'application/octet-stream' }
      await call(`PUT ${addressOf(bucket, key)}`, {
        body: file,
        headers,
        deadlineMs: PUT_DEADLINE_MS,
      })
      onPut()
      return `Put ${key}`
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

/**
 * Browsers resolve "." and ".." in addresses, however they are written (https://url.spec.whatwg.org/#double-dot-path-segment):
 * of a key with one the address would be that of another object.
 */
function isAddressable(key: string): boolean {
  return !key.split('/').some((segment) => segment === '.' || segment === '..')
}

/** Slashes are part of a key, and stay. */
function addressOf(bucket: string, key: string): string {
  return path`/buckets/${bucket}/objects/` + key.split('/').map(encodeURIComponent).join('/')
}
