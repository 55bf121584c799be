import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  InvalidRequestContentException,
  InvokeAsyncCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCompleteEvent,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  ResourceConflictException,
  ResourceNotFoundException,
  TooManyRequestsException,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda'
import t from 'tap'
import { functionArn, zipOf } from '../fixtures/aws-environment.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { refusal, sdkOf } from '../fixtures/sdk-client.ts'

await needsEngine(t)

const platform = await startPlatform()
t.teardown(() => platform.stop())
const { client, createActive, invoke } = sdkOf(platform.url)
t.teardown(() => client.destroy())
const patience = { client, maxWaitTime: 60, minDelay: 1 }

const echo = `export const handler = async (event, context) => {
  console.log('saw', event.n)
  if (event.fails) throw new RangeError('of ' + event.n)
  return { event, id: context.awsRequestId, version: context.functionVersion, client: context.clientContext, arn: context.invokedFunctionArn }
}`

t.test('a function is invoked, with all that comes back beside its answer', async (t) => {
  await createActive('echo', echo)
  const answer = await invoke('echo', { n: 1, text: 'Tässchen' })
  t.match(answer, { StatusCode: 200, ExecutedVersion: '$LATEST' })
  t.notOk(answer.FunctionError || answer.LogResult)
  t.match(answer.result, {
    event: { n: 1, text: 'Tässchen' },
    id: answer.$metadata.requestId,
    arn: functionArn('echo'),
  })

  const context = { client: { app_title: 'shop' }, custom: { k: 'v' }, env: {} }
  const ClientContext = Buffer.from(JSON.stringify(context)).toString('base64')
  t.match((await invoke('echo', {}, { ClientContext })).result, { client: { custom: { k: 'v' } } })

  const { LogResult = '' } = await invoke('echo', { n: 2 }, { LogType: 'Tail' })
  const log = Buffer.from(LogResult, 'base64').toString()
  t.match(log, /^START RequestId: \S+ Version: \$LATEST\n/)
  t.match(log, /INFO\tsaw 2\n/)
  t.match(log, /REPORT RequestId: \S+\tDuration: .*Max Memory Used: \d+ MB/)

  const failed = await invoke('echo', { n: 3, fails: true }, { LogType: 'Tail' })
  t.match(failed, { StatusCode: 200, FunctionError: 'Unhandled', LogResult: /./ })
  t.match(failed.result, { errorType: 'RangeError', errorMessage: 'of 3', trace: [/RangeError/] })

  const nothing = await client.send(new InvokeCommand({ FunctionName: 'echo' }))
  t.equal(nothing.StatusCode, 200, 'no payload at all')
})

t.test('a function is invoked for its effect, or not at all', async (t) => {
  await createActive('later', echo)
  const event = await invoke('later', { n: 4 }, { InvocationType: 'Event' })
  t.match(event, { StatusCode: 202, text: '' })
  const ended = await new Functions(platform.url).ended(String(event.$metadata.requestId))
  t.match(ended, { state: 'succeeded', functionName: 'later' })
  const InvokeArgs = JSON.stringify({ n: 5 })
  const legacy = new InvokeAsyncCommand({ FunctionName: 'later', InvokeArgs })
  t.equal((await client.send(legacy)).Status, 202)
  const dry = await invoke('later', { n: 6 }, { InvocationType: 'DryRun' })
  t.match(dry, { StatusCode: 204, text: '' })
})

t.test('invocations that cannot be are refused by class', async (t) => {
  await createActive('refuses', echo)
  const call = (fields: object) =>
    refusal(client.send(new InvokeCommand({ FunctionName: 'refuses', ...fields })))
  const garbled = await call({ Payload: '{"a":' })
  t.ok(garbled.error instanceof InvalidRequestContentException)
  t.match(garbled, { status: 400, message: /^Could not parse request body into json: / })
  const missing = await call({ FunctionName: 'nobody' })
  t.ok(missing.error instanceof ResourceNotFoundException)
  t.match(
    missing.message,
    /^Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody/,
  )
  t.ok((await call({ Qualifier: '7' })).error instanceof ResourceNotFoundException)
  const Payload = JSON.stringify('x'.repeat(6 * 1024 * 1024))
  for (let calls = 0; calls < 5; calls += 1) {
    t.match(await call({ Payload }), {
      status: 413,
      name: 'RequestEntityTooLargeException',
      message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    })
  }

  const none = { FunctionName: 'refuses', ReservedConcurrentExecutions: 0 }
  await client.send(new PutFunctionConcurrencyCommand(none))
  const throttled = await call({})
  t.ok(throttled.error instanceof TooManyRequestsException)
  t.match(throttled, {
    status: 429,
    message: 'Rate Exceeded.',
    error: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
  })
})

t.test('an answer arrives as a stream of events', async (t) => {
  await createActive('streams', echo)
  const stream = async (event: object) => {
    const { EventStream = [], ...head } = await client.send(
      new InvokeWithResponseStreamCommand({
        FunctionName: 'streams',
        Payload: JSON.stringify(event),
        LogType: 'Tail',
      }),
    )
    const chunks: Uint8Array[] = []
    let complete: InvokeWithResponseStreamCompleteEvent | undefined
    for await (const { PayloadChunk, InvokeComplete } of EventStream) {
      if (PayloadChunk?.Payload) chunks.push(PayloadChunk.Payload)
      if (InvokeComplete) complete = InvokeComplete
    }
    return { head, complete, text: Buffer.concat(chunks).toString() }
  }
  const { head, complete, text } = await stream({ n: 7 })
  t.match(head, { StatusCode: 200, ExecutedVersion: '$LATEST' })
  t.match(JSON.parse(text), { event: { n: 7 }, id: head.$metadata.requestId })
  t.notOk(complete?.ErrorCode)
  t.match(Buffer.from(complete?.LogResult ?? '', 'base64').toString(), /saw 7/)
  const failed = await stream({ n: 8, fails: true })
  t.match(failed.complete, { ErrorCode: 'Unhandled', ErrorDetails: /RangeError|of 8/ })
})

t.test('published versions stay as they were; aliases lead to them', async (t) => {
  const FunctionName = 'releases'
  const version = (text: string) => `export const handler = async () => "${text}"`
  await createActive(FunctionName, version('one'))
  const first = await client.send(
    new PublishVersionCommand({ FunctionName, Description: 'the first' }),
  )
  t.match(first, { Version: '1', FunctionArn: `${functionArn(FunctionName)}:1` })
  await waitUntilPublishedVersionActive(patience, { FunctionName, Qualifier: '1' })
  const again = await client.send(new PublishVersionCommand({ FunctionName }))
  t.equal(again.Version, '1', 'what has not changed is not published again')

  const ZipFile = await zipOf(version('two'))
  const second = new UpdateFunctionCodeCommand({ FunctionName, ZipFile, Publish: true })
  t.equal((await client.send(second)).Version, '2')
  await waitUntilFunctionUpdatedV2(patience, { FunctionName })
  const { Versions = [], ...rest } = await client.send(
    new ListVersionsByFunctionCommand({ FunctionName }),
  )
  t.same(
    Versions.map(({ Version }) => Version),
    ['$LATEST', '1', '2'],
  )
  t.notOk('NextMarker' in rest)
  t.equal((await invoke(FunctionName, {}, { Qualifier: '1' })).result, 'one')
  t.equal((await invoke(FunctionName, {})).result, 'two')
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }))
  const one = new GetFunctionConfigurationCommand({ FunctionName, Qualifier: '1' })
  t.match(await client.send(one), { Timeout: 3, Version: '1', RevisionId: first.RevisionId })

  await t.test('an alias moves, splits and rolls back', async (t) => {
    const Name = 'live'
    const made = await client.send(
      new CreateAliasCommand({ FunctionName, Name, FunctionVersion: '1', Description: 'd' }),
    )
    const AliasArn = `${functionArn(FunctionName)}:live`
    t.match(made, { AliasArn, Name, FunctionVersion: '1', Description: 'd', RevisionId: /./ })
    t.equal((await invoke(`${FunctionName}:live`, {})).result, 'one')
    const taken = new CreateAliasCommand({ FunctionName, Name, FunctionVersion: '2' })
    const { error, message } = await refusal(client.send(taken))
    t.ok(error instanceof ResourceConflictException)
    t.match(message, `Alias already exists: ${AliasArn}`)

    const move = (fields: object) =>
      client.send(new UpdateAliasCommand({ FunctionName, Name, ...fields }))
    const split = { AdditionalVersionWeights: { 2: 0.5 } }
    t.match(await move({ RoutingConfig: split }), { FunctionVersion: '1', RoutingConfig: split })
    const seen = new Set<string>()
    for (let call = 0; call < 40; call += 1) {
      const { ExecutedVersion = '' } = await invoke(FunctionName, {}, { Qualifier: Name })
      seen.add(ExecutedVersion)
    }
    t.same([...seen].sort(), ['1', '2'], 'both versions get calls')
    const moved = await move({ FunctionVersion: '2', RoutingConfig: {} })
    t.notOk(moved.RoutingConfig?.AdditionalVersionWeights?.[2])
    t.equal((await invoke(FunctionName, {}, { Qualifier: Name })).ExecutedVersion, '2')
    await move({ FunctionVersion: '1' })
    t.equal((await invoke(FunctionName, {}, { Qualifier: Name })).result, 'one', 'rolled back')

    const read = await client.send(new GetAliasCommand({ FunctionName, Name }))
    t.match(read, { AliasArn, FunctionVersion: '1' })
    const list = (fields = {}) => client.send(new ListAliasesCommand({ FunctionName, ...fields }))
    t.same(
      (await list()).Aliases?.map(({ Name }) => Name),
      ['live'],
    )
    t.same((await list({ FunctionVersion: '2' })).Aliases, [])
    const held = new DeleteFunctionCommand({ FunctionName, Qualifier: '1' })
    t.match(await refusal(client.send(held)), {
      name: 'ResourceConflictException',
      message: 'Unable to delete version because the following aliases reference it: [live]',
    })
    const gone = await client.send(new DeleteAliasCommand({ FunctionName, Name }))
    t.equal(gone.$metadata.httpStatusCode, 204)
    const nowhere = await refusal(client.send(new GetAliasCommand({ FunctionName, Name })))
    t.equal(nowhere.message, `Cannot find alias arn: ${AliasArn}`)
    await client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '1' }))
    t.equal((await refusal(client.send(one))).status, 404)
    const absent = new DeleteFunctionCommand({ FunctionName, Qualifier: '9' })
    t.equal((await client.send(absent)).$metadata.httpStatusCode, 204, 'as if it had been there')
  })
})
