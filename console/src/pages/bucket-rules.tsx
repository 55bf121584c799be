import type { Answer } from '../../../api/shapes.ts'
import { path, query } from '../api.ts'
import { ago, count } from '../format.ts'
import { Empty, Loaded } from '../parts/notice.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import type { Invocation, Scan } from '../types.ts'

const REFRESH_MS = 5000
/** Each rule asks for its own. */
const EVENTS_REFRESH_MS = 15_000
const EVENTS = 3

/** Which functions run for the objects of a bucket, and what the scan has found. */
export function BucketRules({ bucket }: { bucket: string }) {
  const rules = useResource<Answer<'/buckets/{bucket}/triggers'>>(
    path`/buckets/${bucket}/triggers`,
    REFRESH_MS,
  )
  const scan = useResource<Scan>(path`/buckets/${bucket}/scan`, REFRESH_MS)
  return (
    <>
      <section aria-label="Rules">
        <h2>Rules</h2>
        <Loaded of={rules} what="the rules of buckets">
          {({ triggers }) =>
            triggers.length === 0 ? (
              <Empty title="No function runs for its objects">
                <p>Add an object trigger on the page of a function.</p>
              </Empty>
            ) : (
              <RuleTable bucket={bucket} rules={triggers} />
            )
          }
        </Loaded>
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

type Rule = Answer<'/buckets/{bucket}/triggers'>['triggers'][number]

function RuleTable({ bucket, rules }: { bucket: string; rules: readonly Rule[] }) {
  return (
    <Table
      caption={`Rules of ${bucket}`}
      rows={rules}
      keyOf={({ id }) => id}
      columns={[
        {
          title: 'Function',
          cell: ({ functionName, qualifier }) => (
            <>
              <Link to={['functions', functionName, 'triggers']}>{functionName}</Link>{' '}
              <span class="faint">{qualifier}</span>
            </>
          ),
        },
        {
          title: 'Keys',
          cell: ({ prefix = '', suffix = '' }) => <code>{`${prefix}*${suffix}`}</code>,
        },
        { title: 'Events', cell: ({ events }) => events.join(', ') },
        { title: 'Last runs', cell: (rule) => <LastRuns of={rule} /> },
      ]}
    />
  )
}

function LastRuns({ of: { id, functionName } }: { of: Rule }) {
  const { data } = useResource<{ invocations: Invocation[] }>(
    path`/functions/${functionName}/invocations` + query({ trigger: id, limit: EVENTS }),
    EVENTS_REFRESH_MS,
  )
  if (!data) return <>–</>
  if (data.invocations.length === 0) return <span class="faint">none found lately</span>
  return (
    <ul class="plain">
      {data.invocations.map(({ id: run, state, createdAt, errorType }) => (
        <li key={run}>
          <State of={state} />{' '}
          <Link to={['functions', functionName, 'invocations', run]}>{ago(createdAt)}</Link>{' '}
          {errorType !== undefined && <code>{errorType}</code>}
        </li>
      ))}
    </ul>
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
