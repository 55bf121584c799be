import { createHash, randomUUID } from 'node:crypto'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  ListFunctionsCommand,
  ListTagsCommand,
  PreconditionFailedException,
  paginateListFunctions,
  ResourceConflictException,
  ResourceNotFoundException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionExists,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import t from 'tap'
import { functionArn, ROLE, zipOf } from '../fixtures/aws-environment.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { rest } from '../fixtures/rest.ts'
import { refusal, sdkOf } from '../fixtures/sdk-client.ts'

await needsEngine(t)

const platform = await startPlatform()
t.teardown(() => platform.stop())
const { client, createActive, invoke } = sdkOf(platform.url)
t.teardown(() => client.destroy())

const source = 'export const handler = async () => "first"'
const zip = await zipOf(source)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')
const patience = { client, maxWaitTime: 60, minDelay: 1 }

t.test('a function is made, waited for, read, changed and deleted', async (t) => {
  const FunctionName = 'orders'
  const created = await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: ROLE,
      Code: { ZipFile: zip },
      Tags: { team: 'shop' },
    }),
  )
  const defaults = {
    FunctionName,
    FunctionArn: functionArn(FunctionName),
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: ROLE,
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    CodeSize: zip.length,
    CodeSha256: sha256(zip),
    Version: '$LATEST',
    PackageType: 'Zip',
    LastModified: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/,
    RevisionId: /^[0-9a-f-]{36}$/,
    TracingConfig: { Mode: 'PassThrough' },
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/orders' },
    RuntimeVersionConfig: { RuntimeVersionArn: /^arn:aws:lambda:us-east-1::runtime:/ },
    Architectures: [process.arch === 'x64' ? 'x86_64' : 'arm64'],
  }
  t.match(created, { ...defaults, State: 'Pending', StateReasonCode: 'Creating' })
  t.equal(created.$metadata.httpStatusCode, 201)
  t.equal(created.StateReason, 'The function is being created.')
  t.notOk('Environment' in created || 'LastUpdateStatus' in created)

  t.equal((await waitUntilFunctionExists(patience, { FunctionName })).state, 'SUCCESS')
  t.equal((await waitUntilFunctionActiveV2(patience, { FunctionName })).state, 'SUCCESS')
  const read = await client.send(new GetFunctionConfigurationCommand({ FunctionName }))
  t.match(read, { ...defaults, State: 'Active', LastUpdateStatus: 'Successful' })
  t.notOk('StateReason' in read || 'Environment' in read)
  t.equal((await invoke(FunctionName, {})).result, 'first')

  const { Configuration, Code, Tags, Concurrency } = await client.send(
    new GetFunctionCommand({ FunctionName }),
  )
  t.equal(Configuration?.RevisionId, read.RevisionId)
  t.match(Code, { RepositoryType: 'S3', Location: /^http/ })
  const downloaded = await fetch(String(Code?.Location))
  t.ok(zip.equals(Buffer.from(await downloaded.arrayBuffer())), 'the code is what was sent')
  t.same([Tags, Concurrency], [{ team: 'shop' }, undefined])

  await t.test('its configuration changes on the revision that the caller knows', async (t) => {
    const fields = { FunctionName, Timeout: 7, Environment: { Variables: { STAGE: 'test' } } }
    const stale = { ...fields, RevisionId: randomUUID() }
    const { error, status, message } = await refusal(
      client.send(new UpdateFunctionConfigurationCommand(stale)),
    )
    t.ok(error instanceof PreconditionFailedException)
    t.equal(status, 412)
    t.equal(
      message,
      'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    )
    const changed = await client.send(
      new UpdateFunctionConfigurationCommand({ ...fields, RevisionId: read.RevisionId }),
    )
    t.match(changed, { Timeout: 7, MemorySize: 128, LastUpdateStatus: 'InProgress' })
    t.same(changed.Environment, { Variables: { STAGE: 'test' } })
    t.not(changed.RevisionId, read.RevisionId)
    t.equal((await waitUntilFunctionUpdatedV2(patience, { FunctionName })).state, 'SUCCESS')
  })

  await t.test('its code changes, and is the one that answers', async (t) => {
    const ZipFile = await zipOf('export const handler = async () => process.env.STAGE')
    const tried = await client.send(
      new UpdateFunctionCodeCommand({ FunctionName, ZipFile, DryRun: true }),
    )
    t.equal(tried.CodeSha256, sha256(ZipFile))
    t.equal((await invoke(FunctionName, {})).result, 'first', 'a dry run changes nothing')
    const changed = await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }))
    t.match(changed, { CodeSha256: sha256(ZipFile), CodeSize: ZipFile.length })
    await waitUntilFunctionUpdatedV2(patience, { FunctionName })
    t.equal((await invoke(FunctionName, {})).result, 'test')
  })

  const shown = await rest<{ name: string; timeoutSeconds: number }>(
    `${platform.url}/functions/${FunctionName}`,
  )
  t.match(shown.body, { name: FunctionName, timeoutSeconds: 7 }, 'REST shows the same function')
  const deleted = await client.send(new DeleteFunctionCommand({ FunctionName }))
  t.match(deleted.$metadata.httpStatusCode, 204)
  const gone = await refusal(client.send(new GetFunctionCommand({ FunctionName })))
  t.equal(gone.message, `Function not found: ${functionArn(FunctionName)}`)
})

t.test('errors have their classes, statuses and words', async (t) => {
  const FunctionName = 'taken'
  await createActive(FunctionName, source)
  const missing = await refusal(
    client.send(new GetFunctionConfigurationCommand({ FunctionName: 'nobody' })),
  )
  t.ok(missing.error instanceof ResourceNotFoundException)
  t.match(missing, { status: 404, fault: 'client', error: { Type: 'User' } })
  t.equal(missing.message, `Function not found: ${functionArn('nobody')}`)

  const wanted = { Handler: 'index.handler', Role: ROLE, Code: { ZipFile: zip } }
  const create = (fields: Record<string, unknown>) =>
    refusal(
      client.send(
        new CreateFunctionCommand({ ...wanted, FunctionName, Runtime: 'nodejs24.x', ...fields }),
      ),
    )
  const taken = await create({})
  t.ok(taken.error instanceof ResourceConflictException)
  t.match(taken, { status: 409, message: `Function already exist: ${FunctionName}` })

  const parameters = { status: 400, name: 'InvalidParameterValueException' }
  t.match(await create({ FunctionName: 'a', Runtime: 'nodejs99.x' }), {
    ...parameters,
    message:
      /^Value nodejs99\.x at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[/,
  })
  const noZip = { FunctionName: 'a', Code: { ZipFile: Buffer.from('no zip') } }
  t.match(await create(noZip), {
    ...parameters,
    message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
  })
  const two = await create({ FunctionName: 'a', MemorySize: 1, Timeout: 0 })
  t.match(two, {
    status: 400,
    name: 'ValidationException',
    message: /^2 validation errors detected: /,
  })
  t.match(
    two.message,
    /Value '1' at 'memorySize' failed to satisfy constraint: .*greater than or equal to 128/,
  )
  t.match(await create({ FunctionName: 'a', Environment: { Variables: { AWS_REGION: 'x' } } }), {
    ...parameters,
    message: /reserved keys that are currently not supported for modification/,
  })
})

t.test('names and ARNs in every form lead to the function', async (t) => {
  await createActive('forms', source)
  for (const form of [
    'forms',
    'forms:$LATEST',
    '000000000000:function:forms',
    functionArn('forms'),
  ]) {
    const read = await client.send(new GetFunctionConfigurationCommand({ FunctionName: form }))
    t.equal(read.FunctionName, 'forms', form)
  }
  const twice = { FunctionName: `${functionArn('forms')}:$LATEST`, Qualifier: '$LATEST' }
  t.equal((await client.send(new GetFunctionConfigurationCommand(twice))).Version, '$LATEST')
  const differs = await refusal(
    client.send(new GetFunctionConfigurationCommand({ ...twice, Qualifier: '1' })),
  )
  t.match(differs, {
    status: 400,
    message: 'The derived qualifier from the function name does not match the specified qualifier.',
  })
})

t.test('functions are listed page by page, each once', async (t) => {
  const names = ['page-a', 'page-b', 'page-c']
  for (const name of names) await createActive(name, source)
  const found: string[] = []
  let pages = 0
  for await (const { Functions = [] } of paginateListFunctions({ client, pageSize: 2 }, {})) {
    t.ok(Functions.length <= 2)
    found.push(...Functions.map(({ FunctionName = '' }) => FunctionName))
    pages += 1
  }
  t.same(new Set(found).size, found.length)
  for (const name of names) t.ok(found.includes(name))
  t.ok(pages > 1)
  const all = await client.send(new ListFunctionsCommand({}))
  t.notOk('NextMarker' in all, 'a whole list has no marker')
})

t.test('tags are set, read and taken away by ARN', async (t) => {
  await createActive('tagged', source)
  const Resource = functionArn('tagged')
  await client.send(new TagResourceCommand({ Resource, Tags: { a: '1', b: '2', c: '3' } }))
  t.same((await client.send(new ListTagsCommand({ Resource }))).Tags, { a: '1', b: '2', c: '3' })
  await client.send(new UntagResourceCommand({ Resource, TagKeys: ['a', 'b'] }))
  t.same((await client.send(new ListTagsCommand({ Resource }))).Tags, { c: '3' })
  const nobody = { Resource: functionArn('nobody') }
  const { error } = await refusal(client.send(new ListTagsCommand(nobody)))
  t.ok(error instanceof ResourceNotFoundException)
})

t.test('code can come from a bucket', async (t) => {
  const put = { method: 'PUT', body: zip }
  await rest(`${platform.url}/buckets/packages`, { method: 'PUT' })
  await rest(`${platform.url}/buckets/packages/objects/v1.zip`, put)
  const from = (S3Key: string) => ({ Code: { S3Bucket: 'packages', S3Key } })
  const created = await createActive('from-bucket', '', from('v1.zip'))
  t.equal(created.CodeSha256, sha256(zip))
  t.equal((await invoke('from-bucket', {})).result, 'first')
  t.match(await refusal(createActive('from-nowhere', '', from('v2.zip'))), {
    name: 'InvalidParameterValueException',
    message:
      'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
  })
})

t.test('the account tells its limits and what is used of them', async (t) => {
  const { AccountLimit, AccountUsage } = await client.send(new GetAccountSettingsCommand({}))
  t.match(AccountLimit, { CodeSizeZipped: 52_428_800, CodeSizeUnzipped: 262_144_000 })
  t.ok(Number(AccountLimit?.ConcurrentExecutions) > 0)
  const { Functions = [] } = await client.send(new ListFunctionsCommand({}))
  t.equal(AccountUsage?.FunctionCount, Functions.length)
  t.ok(Number(AccountUsage?.TotalCodeSize) >= zip.length * Functions.length)
})

t.test('no function has a code-signing configuration, which is no error', async (t) => {
  const FunctionName = 'taken'
  const read = await client.send(new GetFunctionCodeSigningConfigCommand({ FunctionName }))
  t.match(read, { CodeSigningConfigArn: '', FunctionName })
})
