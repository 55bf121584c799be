import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'
import { batchId, tallyOf } from '../../fixtures/tallies.ts'

const { call, create, parts } = await startGateway(t)
const advice = (query = '') => call(`GET /functions/f/advice${query}`)
const seen = (version: string, memoryMb: number, tally = tallyOf(100)) =>
  parts.statistics.add(batchId(), [{ functionName: 'f', series: [{ version, memoryMb, tally }] }])

await create('f', { memoryMb: 1024, timeoutSeconds: 60 })
await call('POST /functions/f/versions', { json: {} })
await call('PUT /functions/f/aliases/live', { json: { functionVersion: '1' } })
await call('PATCH /functions/f', { json: { memoryMb: 256 } })

t.test('a function that nobody has called gets the reason why there is no advice', async (t) => {
  const { status, body } = await advice()
  t.equal(status, 200)
  t.strictSame(body, {
    functionName: 'f',
    memoryMb: 256,
    timeoutSeconds: 60,
    seen: { invocations: 0, errors: 0, coldStarts: 0, coldStartShare: 0, sizes: [] },
    findings: [
      {
        code: 'too-few-invocations',
        message: '0 invocations were seen, and advice needs 100 with one memory size',
        remedy: 'Look again when there were more.',
      },
    ],
  })
})

t.test('advice is of all versions together, or of the one that is asked for', async (t) => {
  await seen('1', 1024, tallyOf(300, { durationMs: 20.4, maxMemoryMb: 70, initMs: 1 }))
  await seen('$LATEST', 256)
  const all = (await advice()).body
  t.match(all, {
    memoryMb: 256,
    seen: {
      invocations: 400,
      coldStarts: 300,
      coldStartShare: 0.75,
      since: /^\d{4}-.*Z$/,
      until: /^\d{4}-.*Z$/,
      sizes: [
        { memoryMb: 256, invocations: 100 },
        { memoryMb: 1024, invocations: 300, usedMemoryMb: { max: 70 }, durationMs: { max: 20.4 } },
      ],
    },
    recommendation: { memoryMb: 128, cheapestMemoryMb: 256, fastestMemoryMb: 256 },
    estimate: {
      invocationsPerMonth: 292_000,
      now: { memoryMb: 256, requestsUsd: 0.0584 },
      advised: { memoryMb: 128 },
      note: /^An estimate: .* free tier/,
    },
    findings: [{ code: 'memory-above-use' }, { code: 'timeout-far-above-use' }],
  })
  for (const qualifier of ['1', 'live']) {
    const { body } = await advice(`?qualifier=${qualifier}`)
    t.match(body, { qualifier, memoryMb: 1024, seen: { invocations: 300 } })
    t.equal(body.seen.sizes.length, 1)
  }
  t.match((await advice('?qualifier=$LATEST')).body, { seen: { invocations: 100 } })
})

t.test('provisioned concurrency is held against what its sandboxes have run', async (t) => {
  const lastModified = '2026-01-01T00:00:00.000Z'
  const put = (qualifier: string) =>
    parts.attachments.put(
      { functionName: 'f', kind: 'provisioned', qualifier },
      { requested: 1, lastModified },
    )
  const codes = async (query?: string) =>
    (await advice(query)).body.findings.map(({ code }: { code: string }) => code)
  await put('live')
  t.ok((await codes()).includes('provisioned-unused'))
  t.ok((await codes('?qualifier=1')).includes('provisioned-unused'))
  t.notOk((await codes('?qualifier=$LATEST')).includes('provisioned-unused'))
  await seen('1', 1024, tallyOf(1, { isProvisioned: true }))
  t.notOk((await codes()).includes('provisioned-unused'))
})

t.test('what is not there has no advice, and what is not asked right is refused', async (t) => {
  const missing = { status: 404, body: { error: { code: 'FunctionNotFound' } } }
  t.match(await call('GET /functions/nobody/advice'), missing)
  t.match(await advice('?qualifier=9'), missing)
  t.match(await advice('?qualifier=none'), missing)
  t.equal((await advice('?qualifier=a:b')).status, 400)
  t.equal((await advice('?since=1')).status, 400)
})

t.test('a function that comes back under its name begins anew', async (t) => {
  await call('DELETE /functions/f')
  t.match(await advice(), { status: 404 })
  await create('f')
  t.match((await advice()).body, { seen: { invocations: 0 } })
})
