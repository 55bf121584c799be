import t from 'tap'
import { HOUR_MS, hourOf, Usage } from '../../../core/usage/usage.ts'
import { startGateway } from '../../fixtures/gateway.ts'
import { batchId } from '../../fixtures/tallies.ts'

const { call, parts } = await startGateway(t, { settings: { HOST_USD_PER_GB_HOUR: '0.004' } })
const now = hourOf(Date.now())
const time = (hour: number) => new Date(hour * HOUR_MS).toISOString()

const add = (functionName: string, hour: number, fields: Partial<Usage>) =>
  parts.usage.add(batchId(), [{ functionName, hour, usage: Object.assign(new Usage(), fields) }])

t.test('where nothing was used there is an empty list, and the prices', async (t) => {
  const { status, body } = await call('GET /usage')
  t.equal(status, 200)
  t.match(body, {
    from: time(now - 24),
    to: time(now + 1),
    functions: [],
    prices: {
      source: 'https://aws.amazon.com/lambda/pricing/',
      asOf: /^\d{4}-\d{2}-\d{2}$/,
      usdPerGbSecond: 0.0000166667,
      usdPerMillionRequests: 0.2,
      hostUsdPerGbHour: 0.004,
    },
  })
})

t.test('hours are told with their sum and what it would have cost', async (t) => {
  const gbMs = 1024 * 1000
  await add('f', now - 1, {
    invocations: 2_000_000,
    errors: 3,
    coldStarts: 2,
    durationUs: 4500,
    billedMbMs: 3000 * gbMs,
  })
  await add('f', now, { throttles: 4, billedMbMs: 600 * gbMs })
  await add('deleted', now - 2, { invocations: 1, billedMbMs: 128 })
  const { body } = await call('GET /usage')
  const [gone, f] = body.functions
  t.match(gone, { functionName: 'deleted', hours: [{ hour: time(now - 2), invocations: 1 }] })
  t.strictSame(f.hours, [
    {
      hour: time(now - 1),
      invocations: 2_000_000,
      errors: 3,
      throttles: 0,
      coldStarts: 2,
      durationMs: 4.5,
      gbSeconds: 3000,
    },
    {
      hour: time(now),
      invocations: 0,
      errors: 0,
      throttles: 4,
      coldStarts: 0,
      durationMs: 0,
      gbSeconds: 600,
    },
  ])
  const { lambdaUsd, lambdaRequestsUsd, lambdaComputeUsd, hostUsd, ...total } = f.total
  t.strictSame(total, {
    invocations: 2_000_000,
    errors: 3,
    throttles: 4,
    coldStarts: 2,
    durationMs: 4.5,
    gbSeconds: 3600,
  })
  t.equal(lambdaRequestsUsd.toFixed(6), '0.400000')
  t.equal(lambdaComputeUsd.toFixed(6), '0.060000')
  t.equal(lambdaUsd, lambdaRequestsUsd + lambdaComputeUsd)
  t.equal(hostUsd, 0.004)
})

t.test('one function and a range can be asked for, and pages', async (t) => {
  const one = (await call('GET /usage?function=f')).body
  t.strictSame(
    one.functions.map(({ functionName }: { functionName: string }) => functionName),
    ['f'],
  )
  t.strictSame((await call('GET /usage?function=nobody')).body.functions, [])
  const query = `from=${time(now - 1)}&to=${time(now)}`
  const ranged = (await call(`GET /usage?${query}`)).body
  t.match(ranged, { from: time(now - 1), to: time(now), functions: [{ functionName: 'f' }] })
  t.equal(ranged.functions.length, 1)
  t.equal(ranged.functions[0].hours.length, 1)
  const first = (await call('GET /usage?limit=1')).body
  t.equal(first.cursor, 'deleted')
  const second = (await call(`GET /usage?limit=1&cursor=${first.cursor}`)).body
  t.equal(second.functions[0].functionName, 'f')
  t.equal(second.cursor, undefined)
})

t.test('what is no range is refused with what to do', async (t) => {
  const cases: [query: string, message: RegExp][] = [
    ['from=yesterday', /from/],
    ['from=2026-02-31T99:00:00Z', /"from" is no time/],
    ['from=2026-02-02&to=2026-02-01', /"from" lies after "to"/],
    ['from=2026-01-01&to=2026-03-01', /more than 31 days apart/],
    ['limit=1001', /limit/],
    ['hour=1', /hour/],
  ]
  for (const [query, message] of cases) {
    const { status, body } = await call(`GET /usage?${query}`)
    t.equal(status, 400, query)
    t.match(body.error, { code: 'InvalidRequest', message })
  }
})
