import { path, query } from '../api.ts'
import { Chart } from '../charts/chart.tsx'
import { count, duration, percent, usd } from '../format.ts'
import { Empty, Failure } from '../parts/notice.tsx'
import { useResource } from '../resource.ts'
import { Link } from '../router.tsx'
import {
  concurrencyOverTime,
  durationOf,
  lambdaUsdOf,
  percentile,
  percentilesOverTime,
  type Series,
} from '../statistics.ts'
import type { FunctionUsage, Invocation, Usage } from '../types.ts'
import { Advice } from './advice.tsx'
import type { PartProps } from './part-props.ts'

const HOUR_MS = 3_600_000
const HOURS = 24
const STEPS = 48
const REFRESH_MS = 10_000

/** How the function does: the last day. */
export function Overview({ definition: { name } }: PartProps) {
  const toMs = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS
  const fromMs = toMs - HOURS * HOUR_MS
  const span = query({
    function: name,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
  })
  const usage = useResource<Usage>(`/usage${span}`, REFRESH_MS)
  const recent = useResource<{ invocations: Invocation[] }>(
    path`/functions/${name}/invocations` + query({ limit: 100 }),
    REFRESH_MS,
  )
  const used = usage.data?.functions.find(({ functionName }) => functionName === name)
  const invocations = recent.data?.invocations
  const isUnused =
    (usage.data ? (used?.total.invocations ?? 0) === 0 : true) && invocations?.length === 0
  return (
    <section>
      <h2 class="unseen">Overview</h2>
      <Failure error={usage.error} what="usage by the hour" />
      <Failure error={recent.error} what="its invocations" />
      {isUnused ? (
        <Empty title="Nothing has called this function in the last day">
          <p>
            Call it under <Link to={['functions', name, 'test']}>Test</Link>, or let something call
            it: add a <Link to={['functions', name, 'triggers']}>trigger</Link>.
          </p>
        </Empty>
      ) : (
        <>
          {used && <Totals of={used} />}
          <div class="charts">
            {used && usage.data && (
              <UsageCharts of={used} prices={usage.data.prices} fromMs={fromMs} />
            )}
            {invocations && invocations.length > 0 && <RecentCharts of={invocations} />}
          </div>
        </>
      )}
      <Advice name={name} />
    </section>
  )
}

function Totals({ of: { total } }: { of: FunctionUsage }) {
  const facts: [string, string][] = [
    ['Calls', count(total.invocations)],
    ['Errors', `${count(total.errors)} (${percent(total.errors / (total.invocations || 1))})`],
    ['Cold starts', count(total.coldStarts)],
    ['Throttles', count(total.throttles)],
    ['GB-seconds', count(Number(total.gbSeconds.toPrecision(3)))],
    ['On AWS Lambda', usd(total.lambdaUsd)],
    ...(total.hostUsd === undefined
      ? []
      : [['On this host', usd(total.hostUsd)] as [string, string]]),
  ]
  return (
    <dl class="totals" aria-label="The last 24 hours">
      {facts.map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

interface UsageChartsProps {
  of: FunctionUsage
  prices: Usage['prices']
  fromMs: number
}

function UsageCharts({ of, prices, fromMs }: UsageChartsProps) {
  const byHour = new Map(of.hours.map((hour) => [Date.parse(hour.hour), hour]))
  const times = Array.from({ length: HOURS }, (_, index) => fromMs + index * HOUR_MS)
  const of24 = (value: (hour: FunctionUsage['hours'][number]) => number): Series => {
    const values = times.map((ms) => {
      const hour = byHour.get(ms)
      return hour === undefined ? null : value(hour)
    })
    // A bar of nothing would be drawn as a line.
    return { times: times.map((ms) => ms / 1000), values: [values.map((one) => one || null)] }
  }
  const { total } = of
  const whole = (value: number) => (Number.isInteger(value) ? count(value) : '')
  return (
    <>
      <Chart
        title="Calls"
        summary={`${count(total.invocations)} in 24 h`}
        labels={['calls']}
        kind="bars"
        series={of24((hour) => hour.invocations)}
        show={whole}
      />
      <Chart
        title="Errors"
        summary={`${count(total.errors)} in 24 h`}
        labels={['errors']}
        kind="bars"
        series={of24((hour) => hour.errors)}
        show={whole}
      />
      <Chart
        title="Cold starts"
        summary={`${count(total.coldStarts)} in 24 h`}
        labels={['cold starts']}
        kind="bars"
        series={of24((hour) => hour.coldStarts)}
        show={whole}
      />
      <Chart
        title="Throttles"
        summary={`${count(total.throttles)} in 24 h`}
        labels={['throttles']}
        kind="bars"
        series={of24((hour) => hour.throttles)}
        show={whole}
      />
      <Chart
        title="Cost on AWS Lambda"
        summary={`${usd(total.lambdaUsd)} in 24 h`}
        labels={['cost']}
        kind="bars"
        series={of24((hour) => lambdaUsdOf(hour, prices))}
        show={usd}
      />
    </>
  )
}

function RecentCharts({ of }: { of: readonly Invocation[] }) {
  const starts = of.map(({ createdAt }) => Date.parse(createdAt))
  // A moment before the first, so that it does not stand in the edge.
  const fromMs = Math.min(...starts) - 5000
  const span = { fromMs, toMs: Math.max(Math.max(...starts), fromMs + 60_000) + 1, steps: STEPS }
  const durations = of.map(durationOf).filter((ms) => ms !== undefined)
  const concurrency = concurrencyOverTime(of, span)
  const most = Math.max(0, ...(concurrency.values[0] ?? []).map((value) => value ?? 0))
  const last = `of the last ${of.length} invocations`
  return (
    <>
      <Chart
        title="Duration"
        summary={`p50 ${duration(percentile(durations, 0.5))}, p95 ${duration(percentile(durations, 0.95))}, p99 ${duration(percentile(durations, 0.99))} ${last}`}
        labels={['p50', 'p95', 'p99']}
        kind="lines"
        series={percentilesOverTime(of, span)}
        show={duration}
      />
      <Chart
        title="At once"
        summary={`${most} at most, ${last}`}
        labels={['running']}
        kind="bars"
        series={concurrency}
        show={(value) => (Number.isInteger(value) ? String(value) : '')}
      />
    </>
  )
}
