import { useEffect, useState } from 'preact/hooks'
import { call, path } from '../api.ts'
import { ago, count } from '../format.ts'
import { Empty, Loaded } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import type { FunctionDefinition, Trigger } from '../types.ts'

interface Scan {
  state: string
  lastPass?: { startedAt: string; endedAt: string; objects: number; found: number }
  error?: { at: string; message: string }
  findings: { foundAt: string; key: string; functionName: string; invocationId: string }[]
}

/** Which functions run for the objects of a bucket, and what the scan has found. */
export function BucketRules({ bucket }: { bucket: string }) {
  const rules = useRules(bucket)
  const scan = useResource<Scan>(path`/buckets/${bucket}/scan`, 5000)
  return (
    <>
      <section aria-label="Rules">
        <h2>Rules</h2>
        {rules?.length === 0 && (
          <Empty title="No function runs for its objects">
            <p>Add an object trigger on the page of a function.</p>
          </Empty>
        )}
        {rules !== undefined && rules.length > 0 && (
          <Table
            caption={`Rules of ${bucket}`}
            rows={rules}
            keyOf={({ id }) => id}
            columns={[
              {
                title: 'Function',
                cell: ({ functionName }) => (
                  <Link to={['functions', functionName, 'triggers']}>{functionName}</Link>
                ),
              },
              {
                title: 'Keys',
                cell: ({ prefix = '', suffix = '' }) => <code>{`${prefix}*${suffix}`}</code>,
              },
              { title: 'Events', cell: ({ events }) => events.join(', ') },
            ]}
          />
        )}
      </section>
      <section aria-label="Scan">
        <h2>Last scan</h2>
        <Loaded of={scan} what="the scan of buckets">
          {(state) => <ScanReport of={state} />}
        </Loaded>
      </section>
    </>
  )
}

function ScanReport({ of: { state, lastPass, error, findings } }: { of: Scan }) {
  return (
    <>
      <p>
        <State of={state} />{' '}
        {lastPass
          ? `ended ${ago(lastPass.endedAt)}: ${count(lastPass.objects)} objects, ${count(lastPass.found)} invocations were missing`
          : state === 'off'
            ? 'nothing in it triggers a function'
            : 'no pass has ended yet'}
      </p>
      {error && (
        <p class="failure">
          ✕ {ago(error.at)}: {error.message}
        </p>
      )}
      {findings.length > 0 && (
        <Table
          caption="What no webhook had reported"
          rows={findings}
          keyOf={({ invocationId }) => invocationId}
          columns={[
            { title: 'Key', cell: ({ key }) => key },
            { title: 'Found', cell: ({ foundAt }) => ago(foundAt) },
            {
              title: 'Invocation',
              cell: ({ functionName, invocationId }) => (
                <Link to={['functions', functionName, 'invocations', invocationId]}>
                  {functionName}
                </Link>
              ),
            },
          ]}
        />
      )}
    </>
  )
}

type ObjectTrigger = Extract<Trigger, { type: 'object' }>

/** The API lists triggers by function; undefined until all are asked. */
function useRules(bucket: string): ObjectTrigger[] | undefined {
  const { data } = useResource<{ functions: FunctionDefinition[] }>('/functions?limit=100')
  const [rules, setRules] = useState<ObjectTrigger[]>()
  const functions = data?.functions
  useEffect(() => {
    if (!functions) return
    let isGone = false
    Promise.all(
      functions.map(({ name }) =>
        call<{ triggers: Trigger[] }>(`GET ${path`/functions/${name}/triggers`}`),
      ),
    ).then(
      (lists) => {
        const all = lists.flatMap(({ triggers }) => triggers)
        if (!isGone)
          setRules(
            all
              .filter((trigger) => trigger.type === 'object')
              .filter((one) => one.bucket === bucket),
          )
      },
      // A function that was deleted meanwhile: the next look has the rest.
      () => undefined,
    )
    return () => {
      isGone = true
    }
  }, [functions, bucket])
  return rules
}
