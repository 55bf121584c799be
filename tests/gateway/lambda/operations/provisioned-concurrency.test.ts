import t from 'tap'
import { startGateway } from '../../../fixtures/gateway.ts'

const { call, create, link } = await startGateway(t)
const at = (name: string, query: string) =>
  `/2019-09-30/functions/${name}/provisioned-concurrency?${query}`
const put = (qualifier: string, count = 2, name = 'f') =>
  call(`PUT ${at(name, `Qualifier=${encodeURIComponent(qualifier)}`)}`, {
    json: { ProvisionedConcurrentExecutions: count },
  })
const get = (qualifier: string, name = 'f') => call(`GET ${at(name, `Qualifier=${qualifier}`)}`)
const said = (answer: { status: number; body: { message?: string; Message?: string } }) => [
  answer.status,
  answer.body.message ?? answer.body.Message,
]

await create('f')
for (let n = 1; n <= 2; n += 1) {
  await call('PUT /functions/f/code', { json: { source: `export const handler = () => ${n}` } })
  await call('POST /functions/f/versions', { json: {} })
}
const point = (alias: string, json: object) => call(`PUT /functions/f/aliases/${alias}`, { json })
await point('live', { functionVersion: '1' })
await point('split', { functionVersion: '2', weights: { 1: 0.5 } })
await point('latest', { functionVersion: '$LATEST' })

t.test('the state is what the scheduler has', async (t) => {
  link.announced.length = 0
  const answer = await put('1')
  t.equal(answer.status, 202)
  t.strictSame(link.announced, ['f'])
  t.match(answer.body, {
    RequestedProvisionedConcurrentExecutions: 2,
    AvailableProvisionedConcurrentExecutions: 0,
    AllocatedProvisionedConcurrentExecutions: 0,
    Status: 'IN_PROGRESS',
    LastModified: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/,
  })
  const state = { qualifier: '1', requested: 2, allocated: 2, available: 1 }
  link.kept = [state]
  t.match((await get('1')).body, {
    Status: 'IN_PROGRESS',
    AllocatedProvisionedConcurrentExecutions: 2,
    AvailableProvisionedConcurrentExecutions: 1,
  })
  link.kept = [{ ...state, reason: 'FUNCTION_ERROR_INIT_FAILURE' }]
  t.match((await get('1')).body, {
    Status: 'FAILED',
    StatusReason: 'FUNCTION_ERROR_INIT_FAILURE',
  })
  link.kept = [{ ...state, available: 2 }]
  t.match((await get('1')).body, { Status: 'READY' })
  t.notOk('StatusReason' in (await get('1')).body)
})

t.test('all of a function are listed, and deleted one by one', async (t) => {
  await put('2', 1)
  const listed = await call(`GET ${at('f', 'List=ALL')}`)
  t.match(listed.body, {
    ProvisionedConcurrencyConfigs: [
      { FunctionArn: /:function:f:1$/, Status: 'READY' },
      { FunctionArn: /:function:f:2$/, RequestedProvisionedConcurrentExecutions: 1 },
    ],
  })
  t.notOk('NextMarker' in listed.body)
  t.match((await call(`GET ${at('f', 'List=ALL&MaxItems=1')}`)).body, { NextMarker: '1' })
  for (const qualifier of ['1', '2', '2']) {
    t.equal((await call(`DELETE ${at('f', `Qualifier=${qualifier}`)}`)).status, 204)
  }
  t.strictSame((await call(`GET ${at('f', 'List=ALL')}`)).body, {
    ProvisionedConcurrencyConfigs: [],
  })
})

t.test('what cannot be is refused in the words of Lambda', async (t) => {
  const unpublished =
    'Provisioned Concurrency Configs cannot be applied to unpublished function versions.'
  t.strictSame(said(await put('$LATEST')), [400, unpublished])
  t.strictSame(said(await put('latest')), [400, unpublished])
  t.match(said(await put('1', 0)), [400, /'provisionedConcurrentExecutions' .* equal to 1$/])
  t.match(said(await put('9')), [404, /^Function not found: .*:f:9$/])
  t.match(said(await put('none')), [404, /^Cannot find alias arn: .*:f:none$/])
  t.match(said(await put('1', 1, 'nobody')), [404, /:nobody$/])
  t.match(said(await call(`GET ${at('f', '')}`)), [400, /null at 'qualifier'/])
  t.match(said(await get('%24LATEST')), [400, /must be an alias or a published version/])
  t.strictSame(said(await get('1')), [
    404,
    'No Provisioned Concurrency Config found for this function',
  ])
  t.match(said(await get('9')), [404, /^Function not found/])
  await put('1')
  for (const alias of ['live', 'split']) {
    t.match(said(await put(alias)), [400, /already Provisioned version$/])
  }
  await call(`DELETE ${at('f', 'Qualifier=1')}`)
  t.equal((await put('split')).status, 202)
  t.match(said(await put('1')), [400, /^Version is pointed by a Provisioned/])
  await call('PATCH /functions/f', { json: { reservedConcurrency: 3 } })
  t.match(said(await put('split', 4)), [400, /greater than the reservedConcurrentExecution/])
})

t.test('it goes with what it hangs on', async (t) => {
  t.equal((await call('DELETE /functions/f/aliases/split')).status, 204)
  t.strictSame((await call(`GET ${at('f', 'List=ALL')}`)).body, {
    ProvisionedConcurrencyConfigs: [],
  })
})
