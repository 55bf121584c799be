import t from 'tap'
import { backUp, restore, storedZip, takeApart } from '../../fixtures/backups.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const gateway = await startGateway(t)
const { call, create, link } = gateway
const path = '/functions/f/provisioned-concurrency'
const put = (qualifier: string, json: object) => call(`PUT ${path}/${qualifier}`, { json })
const get = (qualifier: string) => call(`GET ${path}/${qualifier}`)
const refused = (reason: RegExp, code = 'InvalidRequest') => ({
  status: 400,
  body: { error: { code, message: reason, remedy: String } },
})

await create('f')
for (let n = 1; n <= 2; n += 1) {
  await call('PUT /functions/f/code', { json: { source: `export const handler = () => ${n}` } })
  await call('POST /functions/f/versions', { json: {} })
}
const point = (alias: string, json: object) => call(`PUT /functions/f/aliases/${alias}`, { json })
await point('live', { functionVersion: '2' })
await point('latest', { functionVersion: '$LATEST' })

/** Always open: it opens every hour, for two. */
const open = { schedule: 'cron(0 * * * ? *)', durationMinutes: 120, count: 4 }
/** Open only on a day in 2199. */
const shut = {
  schedule: 'cron(0 8 1 1 ? 2199)',
  timezone: 'Europe/Berlin',
  durationMinutes: 30,
  count: 9,
}

t.test('what is set is answered with what is wanted now, and how the windows are', async (t) => {
  link.announced.length = 0
  const { status, body } = await put('1', { count: 0, windows: [open, shut] })
  t.equal(status, 200)
  t.strictSame(link.announced, ['f'])
  t.match(body, {
    functionName: 'f',
    qualifier: '1',
    count: 0,
    requested: 4,
    allocated: 0,
    available: 0,
    status: 'IN_PROGRESS',
  })
  const time = /^\d{4}-\d\d-\d\dT\d\d:00:00.000Z$/
  t.match(body.windows[0], { ...open, isOpen: true, closesAt: time, nextOpensAt: time })
  t.strictSame(body.windows[1], {
    ...shut,
    isOpen: false,
    nextOpensAt: '2199-01-01T07:00:00.000Z',
  })
  link.kept = [{ qualifier: '1', requested: 4, allocated: 4, available: 4 }]
  t.match(await get('1'), { status: 200, body: { status: 'READY', available: 4 } })
  link.kept = [{ qualifier: '1', requested: 4, allocated: 4, available: 1, reason: 'no room' }]
  t.match((await get('1')).body, { status: 'FAILED', statusReason: 'no room' })
  link.kept = []
  t.match((await call(`GET ${path}`)).body, {
    provisionedConcurrency: [{ functionName: 'f', qualifier: '1', windows: [open, shut] }],
  })
})

t.test('what is sent replaces what was there, and a delete takes the windows along', async (t) => {
  await put('1', { count: 2, windows: [shut] })
  t.match((await get('1')).body, { count: 2, requested: 2, windows: [{ count: 9 }] })
  await put('1', { count: 3 })
  t.strictSame((await get('1')).body.windows, [])
  await put('1', { count: 3, windows: [shut] })
  t.equal((await call(`DELETE ${path}/1`)).status, 204)
  const nothing = { count: 0, windows: [], requested: 0, allocated: 0, available: 0 }
  t.strictSame((await get('1')).body, {
    ...nothing,
    functionName: 'f',
    qualifier: '1',
    status: 'READY',
  })
})

t.test('over Lambda’s API the count is set and the windows stay', async (t) => {
  const lambda = (verb: string, json?: object) =>
    call(`${verb} /2019-09-30${path}?Qualifier=1`, json && { json })
  await put('1', { count: 0, windows: [shut] })
  t.match((await lambda('GET')).body, {
    RequestedProvisionedConcurrentExecutions: 0,
    Status: 'READY',
  })
  const set = await lambda('PUT', { ProvisionedConcurrentExecutions: 2 })
  t.match(set, { status: 202, body: { RequestedProvisionedConcurrentExecutions: 2 } })
  t.match((await get('1')).body, { count: 2, windows: [shut] })
  await put('1', { count: 0, windows: [open] })
  t.match((await lambda('GET')).body, { RequestedProvisionedConcurrentExecutions: 4 })
  t.equal((await lambda('DELETE')).status, 204)
  t.match((await get('1')).body, { count: 0, windows: [] })
})

t.test('what cannot be is refused with the cause and the remedy', async (t) => {
  const cases: [string, object, RegExp, code?: string][] = [
    ['1', {}, /lacks "count"/],
    ['1', { count: 0 }, /0 without windows keeps nothing: raise it, add windows, or delete it/],
    ['1', { count: -1 }, /"count" must be >= 0/],
    ['1', { count: 1001 }, /"count" must be <= 1000/],
    ['1', { count: 1, window: [] }, /unknown fields: "window"/],
    ['1', { count: 1, windows: Array(11).fill(open) }, /"windows" must not have more than 10/],
    [
      '1',
      { count: 1, windows: [{ ...open, cron: 'x' }] },
      /"windows.0" has unknown fields: "cron"/,
    ],
    ['1', { count: 1, windows: [{ ...open, count: 0 }] }, /"windows.0.count" must be >= 1/],
    [
      '1',
      { count: 1, windows: [{ ...open, durationMinutes: 10_081 }] },
      /"windows.0.durationMinutes" must be <= 10080/,
    ],
    ['1', { count: 1, windows: [{ ...open, schedule: 'rate(1 day)' }] }, /no recurring time to/],
    [
      '1',
      { count: 1, windows: [{ ...open, schedule: 'cron(0 25 * * ? *)' }] },
      /Hours "25" is not within 0-23/,
      'InvalidSchedule',
    ],
    [
      '1',
      { count: 1, windows: [{ ...open, timezone: 'Mars/Olympus' }] },
      /time zone "Mars\/Olympus" is not known/,
      'InvalidSchedule',
    ],
    ['$LATEST', { count: 1 }, /must be a published version/],
    ['latest', { count: 1 }, /must be a published version/],
  ]
  for (const [qualifier, json, reason, code] of cases) {
    t.match(await put(qualifier, json), refused(reason, code), JSON.stringify(json))
  }
  const missing = (code: string) => ({ status: 404, body: { error: { code } } })
  t.match(await put('9', { count: 1 }), missing('FunctionNotFound'))
  t.match(await put('none', { count: 1 }), missing('AliasNotFound'))
  t.match(await get('none'), missing('AliasNotFound'))
  t.match(await get('9'), missing('FunctionNotFound'))
  t.match(await call('GET /functions/g/provisioned-concurrency'), missing('FunctionNotFound'))
  await put('2', { count: 1 })
  t.match(await put('live', { count: 1 }), refused(/version that this alias points at has/))
  await call(`DELETE ${path}/2`)
  await put('live', { count: 1 })
  t.match(await put('2', { count: 1 }), refused(/alias that points at this version has/))
  await call('PATCH /functions/f', { json: { reservedConcurrency: 5 } })
  t.equal((await put('live', { count: 5 })).status, 200)
  t.match(
    await put('live', { count: 1, windows: [{ ...open, count: 6 }] }),
    refused(/more would be kept than "reservedConcurrency" lets the function run: lower/),
  )
  await call('PATCH /functions/f', { json: { reservedConcurrency: null } })
})

t.test('windows are in a backup, and one that is wrong is not restored', async (t) => {
  const here = await startGateway(t)
  await put('live', { count: 0, windows: [open, shut] })
  const archive = await backUp(gateway)
  t.equal((await restore(here, archive)).status, 200)
  const restored = await here.call(`GET ${path}/live`)
  t.match(restored.body, { count: 0, requested: 4, windows: [open, shut] })

  const { manifest, packages } = await takeApart(archive)
  const having = (value: object) => {
    const copy = structuredClone(manifest)
    const attached = copy.functions[0]?.attached.find(({ kind }) => kind === 'provisioned')
    Object.assign(attached?.value ?? {}, value)
    const text = Buffer.from(JSON.stringify(copy))
    return restore(here, storedZip({ 'manifest.json': text, ...Object.fromEntries(packages) }))
  }
  const wrong = (reason: RegExp) => refused(reason, 'InvalidBackup')
  t.match(await having({ windows: [] }), wrong(/provisioned of "live".* keeps nothing/))
  t.match(
    await having({ windows: [{ ...open, schedule: 'rate(1 day)' }] }),
    wrong(/no recurring time/),
  )
  t.match(await having({ windows: [{ ...open, schedule: 'cron(x)' }] }), wrong(/six fields/))
  t.match(await having({ windows: Array(11).fill(open) }), wrong(/must not have more than 10/))
  // One that was good once is restored, and stays shut.
  const over = { ...open, schedule: 'cron(0 8 1 1 ? 2020)' }
  t.equal((await having({ windows: [over] })).status, 409, 'another one is there')
  await here.call('DELETE /functions/f')
  t.equal((await having({ windows: [over] })).status, 200)
  const { windows } = (await here.call(`GET ${path}/live`)).body
  t.strictSame(windows, [{ ...over, isOpen: false }])
})

t.test('an archive that is older than windows is restored', async (t) => {
  const here = await startGateway(t)
  await put('live', { count: 2 })
  const { manifest, packages } = await takeApart(await backUp(gateway))
  t.equal(manifest.version, 5)
  const text = Buffer.from(JSON.stringify({ ...manifest, version: 3 }))
  const old = storedZip({ 'manifest.json': text, ...Object.fromEntries(packages) })
  t.equal((await restore(here, old)).status, 200)
  t.match((await here.call(`GET ${path}/live`)).body, { count: 2, windows: [] })
})
