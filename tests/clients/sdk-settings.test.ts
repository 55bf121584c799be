import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionUrlConfigCommand,
  DeleteEventSourceMappingCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetFunctionScalingConfigCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  GetProvisionedConcurrencyConfigCommand,
  GetRuntimeManagementConfigCommand,
  ListEventSourceMappingsCommand,
  ListFunctionEventInvokeConfigsCommand,
  ListFunctionUrlConfigsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ProvisionedConcurrencyConfigNotFoundException,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
  PutRuntimeManagementConfigCommand,
  RemovePermissionCommand,
  ResourceConflictException,
  ResourceNotFoundException,
  UpdateEventSourceMappingCommand,
  UpdateFunctionEventInvokeConfigCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda'
import t from 'tap'
import { functionArn } from '../fixtures/aws-environment.ts'
import { askUrl } from '../fixtures/function-url.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { eventually } from '../fixtures/rest.ts'
import { refusal, sdkOf } from '../fixtures/sdk-client.ts'

await needsEngine(t)

const platform = await startPlatform()
t.teardown(() => platform.stop())
const { client, createActive, invoke } = sdkOf(platform.url)
t.teardown(() => client.destroy())

const FunctionName = 'shop'
const FunctionArn = functionArn(FunctionName)
await createActive(FunctionName, "export const handler = async () => ({ hello: 'world' })")
await client.send(new PublishVersionCommand({ FunctionName }))
await client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }))

t.test('reserved concurrency is set, read and given back', async (t) => {
  const read = async () =>
    (await client.send(new GetFunctionConcurrencyCommand({ FunctionName })))
      .ReservedConcurrentExecutions
  t.equal(await read(), undefined)
  const five = { FunctionName, ReservedConcurrentExecutions: 5 }
  const stored = await client.send(new PutFunctionConcurrencyCommand(five))
  t.equal(stored.ReservedConcurrentExecutions, 5)
  t.equal(await read(), 5)
  const { $metadata } = await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }))
  t.equal($metadata.httpStatusCode, 204)
  t.equal(await read(), undefined)
})

t.test('provisioned concurrency of an alias becomes ready, and is taken away', async (t) => {
  const at = { FunctionName, Qualifier: 'live' }
  const none = await refusal(client.send(new GetProvisionedConcurrencyConfigCommand(at)))
  t.ok(none.error instanceof ProvisionedConcurrencyConfigNotFoundException)
  t.equal(none.status, 404)
  const one = { ...at, ProvisionedConcurrentExecutions: 1 }
  const asked = await client.send(new PutProvisionedConcurrencyConfigCommand(one))
  t.equal(asked.$metadata.httpStatusCode, 202)
  t.match(asked, { RequestedProvisionedConcurrentExecutions: 1, Status: /IN_PROGRESS|READY/ })
  const ready = await eventually('it is ready', async () => {
    const found = await client.send(new GetProvisionedConcurrencyConfigCommand(at))
    return found.Status === 'READY' ? found : undefined
  })
  t.match(ready, { AllocatedProvisionedConcurrentExecutions: 1, LastModified: /\+0000$/ })
  const { ProvisionedConcurrencyConfigs: list } = await client.send(
    new ListProvisionedConcurrencyConfigsCommand({ FunctionName }),
  )
  t.same(
    list?.map(({ FunctionArn }) => FunctionArn),
    [`${FunctionArn}:live`],
  )
  const gone = await client.send(new DeleteProvisionedConcurrencyConfigCommand(at))
  t.equal(gone.$metadata.httpStatusCode, 204)
  t.equal((await refusal(client.send(new GetProvisionedConcurrencyConfigCommand(at)))).status, 404)
})

t.test('how asynchronous invocations are treated is replaced, merged and removed', async (t) => {
  const get = () => client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }))
  const missing = await refusal(get())
  t.ok(missing.error instanceof ResourceNotFoundException)
  t.equal(missing.message, `The function ${FunctionArn}:$LATEST doesn't have an EventInvokeConfig`)
  await createActive('told', 'export const handler = async () => 1')
  const DestinationConfig = { OnFailure: { Destination: functionArn('told') } }
  const put = { FunctionName, MaximumRetryAttempts: 1, DestinationConfig }
  const stored = await client.send(new PutFunctionEventInvokeConfigCommand(put))
  t.match(stored, { FunctionArn: `${FunctionArn}:$LATEST`, MaximumRetryAttempts: 1 })
  t.match(stored.DestinationConfig, DestinationConfig)
  t.ok(stored.LastModified instanceof Date)
  t.ok(Math.abs(Number(stored.LastModified) - Date.now()) < 60_000)
  await client.send(
    new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumEventAgeInSeconds: 120 }),
  )
  t.match(await get(), {
    MaximumRetryAttempts: 1,
    MaximumEventAgeInSeconds: 120,
    DestinationConfig,
  })
  const { FunctionEventInvokeConfigs: list } = await client.send(
    new ListFunctionEventInvokeConfigsCommand({ FunctionName }),
  )
  t.equal(list?.length, 1)
  await client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName }))
  t.equal((await refusal(get())).status, 404)
})

t.test('a resource policy grows by statements and shrinks to none', async (t) => {
  const policy = () => client.send(new GetPolicyCommand({ FunctionName }))
  const statement = {
    FunctionName,
    StatementId: 's1',
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: 'arn:aws:events:us-east-1:000000000000:rule/r',
    SourceAccount: '000000000000',
  }
  const { Statement = '' } = await client.send(new AddPermissionCommand(statement))
  const expected = {
    Sid: 's1',
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: FunctionArn,
    Condition: {
      StringEquals: { 'AWS:SourceAccount': '000000000000' },
      ArnLike: { 'AWS:SourceArn': statement.SourceArn },
    },
  }
  t.same(JSON.parse(Statement), expected)
  const { Policy = '', RevisionId } = await policy()
  t.same(JSON.parse(Policy), { Version: '2012-10-17', Id: 'default', Statement: [expected] })
  t.match(RevisionId, /./)
  const twice = await refusal(client.send(new AddPermissionCommand(statement)))
  t.ok(twice.error instanceof ResourceConflictException)
  t.equal(
    twice.message,
    'The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.',
  )
  await client.send(new RemovePermissionCommand({ FunctionName, StatementId: 's1' }))
  const none = await refusal(policy())
  t.match(none, { status: 404, message: 'The resource you requested does not exist.' })
})

t.test('a function URL is made, answers, changes and goes', async (t) => {
  const cors = { AllowOrigins: ['https://shop.example'], AllowMethods: ['GET'], MaxAge: 60 }
  const made = await client.send(
    new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', Cors: cors }),
  )
  t.match(made, { FunctionArn, AuthType: 'NONE', InvokeMode: 'BUFFERED', Cors: cors })
  t.match(made.FunctionUrl, /^http:\/\/[a-z0-9]+\.lambda-url\./)
  const url = String(made.FunctionUrl)
  const origin = 'https://shop.example'
  const asked = await askUrl(url, { headers: { origin } })
  t.same([asked.status, JSON.parse(asked.body.toString())], [200, { hello: 'world' }])
  t.equal(asked.headers['access-control-allow-origin'], origin)

  const again = await refusal(
    client.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' })),
  )
  t.ok(again.error instanceof ResourceConflictException)
  const changed = await client.send(
    new UpdateFunctionUrlConfigCommand({ FunctionName, AuthType: 'AWS_IAM' }),
  )
  t.match(changed, { FunctionUrl: url, AuthType: 'AWS_IAM', Cors: cors })
  t.equal((await askUrl(url)).status, 200, 'without a key from this machine')
  t.equal((await askUrl(url, { headers: { origin } })).status, 403, 'but from no foreign page')
  const read = await client.send(new GetFunctionUrlConfigCommand({ FunctionName }))
  t.match(read, { FunctionUrl: url, CreationTime: made.CreationTime, AuthType: 'AWS_IAM' })
  const { FunctionUrlConfigs: list } = await client.send(
    new ListFunctionUrlConfigsCommand({ FunctionName }),
  )
  t.same(
    list?.map(({ FunctionUrl }) => FunctionUrl),
    [url],
  )
  await client.send(new DeleteFunctionUrlConfigCommand({ FunctionName }))
  const gone = await refusal(client.send(new GetFunctionUrlConfigCommand({ FunctionName })))
  t.match(gone, { status: 404, message: 'The resource you requested does not exist.' })
  t.match((await askUrl(url)).status, 403)
})

t.test('runtime management, recursion and scaling are kept', async (t) => {
  const runtime = () => client.send(new GetRuntimeManagementConfigCommand({ FunctionName }))
  t.match(await runtime(), { UpdateRuntimeOn: 'Auto', FunctionArn })
  const update = { FunctionName, UpdateRuntimeOn: 'FunctionUpdate' } as const
  await client.send(new PutRuntimeManagementConfigCommand(update))
  t.equal((await runtime()).UpdateRuntimeOn, 'FunctionUpdate')
  const recursion = () => client.send(new GetFunctionRecursionConfigCommand({ FunctionName }))
  t.equal((await recursion()).RecursiveLoop, 'Terminate')
  const allow = { FunctionName, RecursiveLoop: 'Allow' } as const
  await client.send(new PutFunctionRecursionConfigCommand(allow))
  t.equal((await recursion()).RecursiveLoop, 'Allow')
  const scaling = { FunctionName, Qualifier: '1' }
  t.match(await client.send(new GetFunctionScalingConfigCommand(scaling)), { FunctionArn })
  t.match((await invoke(FunctionName, {})).result, { hello: 'world' })
})

t.test('an event source mapping is kept, disabled, and says why', async (t) => {
  const EventSourceArn = 'arn:aws:sqs:us-east-1:000000000000:orders'
  const made = await client.send(
    new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn }),
  )
  t.equal(made.$metadata.httpStatusCode, 202)
  t.match(made, { UUID: /^[0-9a-f-]{36}$/, EventSourceArn, FunctionArn, BatchSize: 10 })
  t.ok(made.LastModified instanceof Date)
  const { UUID = '' } = made
  const read = await eventually('it is settled', async () => {
    const found = await client.send(new GetEventSourceMappingCommand({ UUID }))
    return found.State === 'Disabled' ? found : undefined
  })
  t.match(read.StateTransitionReason, /support/)
  const { EventSourceMappings: list } = await client.send(
    new ListEventSourceMappingsCommand({ FunctionName }),
  )
  t.same(
    list?.map((mapping) => mapping.UUID),
    [UUID],
  )
  const changed = await client.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 5 }))
  t.equal(changed.BatchSize, 5)
  const gone = await client.send(new DeleteEventSourceMappingCommand({ UUID }))
  t.equal(gone.State, 'Deleting')
  await eventually('it is gone', async () => {
    const read = client.send(new GetEventSourceMappingCommand({ UUID }))
    const failed = await read.catch((error: Error) => error)
    return failed instanceof ResourceNotFoundException || undefined
  })
})
