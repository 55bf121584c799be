import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  GetFunctionCommand,
  GetPolicyCommand,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda'
import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'
import { failureOf, lambdaClientOf } from '../../fixtures/lambda-client.ts'

const gateway = await startGateway(t)
const client = await lambdaClientOf(t, gateway)
const { call, create } = gateway

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function'

function add(fields: Partial<AddPermissionCommandInput> & { FunctionName: string }) {
  return client.send(
    new AddPermissionCommand({
      StatementId: 's1',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      ...fields,
    }),
  )
}

const remove = (FunctionName: string, StatementId: string, fields: object = {}) =>
  client.send(new RemovePermissionCommand({ FunctionName, StatementId, ...fields }))

async function policyOf(FunctionName: string, Qualifier?: string) {
  const { Policy = '', RevisionId } = await client.send(
    new GetPolicyCommand({ FunctionName, Qualifier }),
  )
  return { ...JSON.parse(Policy), RevisionId }
}

t.test('a permission is a statement of the policy until it is removed', async (t) => {
  await create('f')
  const added = await add({ FunctionName: 'f', SourceArn: 'arn:aws:s3:::photos' })
  t.equal(added.$metadata.httpStatusCode, 201)
  const statement = JSON.parse(added.Statement ?? '')
  t.strictSame(statement, {
    Sid: 's1',
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: `${ARN}:f`,
    Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::photos' } },
  })
  await add({ FunctionName: `${ARN}:f`, StatementId: 's2', Principal: '123456789012' })
  const policy = await policyOf('f')
  t.match(policy, { Version: '2012-10-17', Id: 'default', Statement: { length: 2 } })
  t.strictSame(policy.Statement[0], statement)

  t.equal((await remove('f', 's1')).$metadata.httpStatusCode, 204)
  t.strictSame(
    (await policyOf('f')).Statement.map(({ Sid }: { Sid: string }) => Sid),
    ['s2'],
  )
  t.strictSame(await failureOf(remove('f', 's1')), {
    name: 'ResourceNotFoundException',
    message: 'Statement s1 is not found in resource policy.',
    status: 404,
  })
  await remove('f', 's2')
  t.strictSame(await failureOf(policyOf('f')), {
    name: 'ResourceNotFoundException',
    message: 'The resource you requested does not exist.',
    status: 404,
  })
  t.match(await failureOf(remove('f', 's2')), {
    name: 'ResourceNotFoundException',
    message: 'No policy is associated with the given resource.',
  })
  t.match(await failureOf(policyOf('nobody')), { message: `Function not found: ${ARN}:nobody` })
  t.match(await failureOf(add({ FunctionName: 'nobody' })), {
    message: `Function not found: ${ARN}:nobody`,
  })
})

t.test('versions and aliases have policies of their own, $LATEST has none', async (t) => {
  await create('q')
  await call('POST /2015-03-31/functions/q/versions', { json: {} })
  await call('POST /2015-03-31/functions/q/aliases', {
    json: { Name: 'live', FunctionVersion: '1' },
  })
  for (const Qualifier of [undefined, '1', 'live']) {
    const { Statement = '' } = await add({ FunctionName: 'q', Qualifier })
    const target = Qualifier === undefined ? 'q' : `q:${Qualifier}`
    t.equal(JSON.parse(Statement).Resource, `${ARN}:${target}`)
    t.equal((await policyOf('q', Qualifier)).Statement.length, 1)
  }
  await remove('q:live', 's1')
  t.match(await failureOf(policyOf('q', 'live')), { name: 'ResourceNotFoundException' })
  t.equal((await policyOf('q:1')).Statement.length, 1)
  for (const named of [
    { FunctionName: 'q', Qualifier: '$LATEST' },
    { FunctionName: 'q:$LATEST' },
  ]) {
    t.strictSame(await failureOf(add({ ...named, StatementId: 's9' })), {
      name: 'InvalidParameterValueException',
      message: 'We currently do not support adding policies for $LATEST.',
      status: 400,
    })
  }
  for (const Qualifier of ['7', 'nope']) {
    t.match(await failureOf(add({ FunctionName: 'q', Qualifier })), {
      name: 'ResourceNotFoundException',
      status: 404,
    })
  }
})

t.test('a statement’s name is given once, by however many at the same time', async (t) => {
  await create('race')
  const ends = await Promise.allSettled(
    Array.from({ length: 8 }, () => add({ FunctionName: 'race' })),
  )
  t.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1)
  t.strictSame(await failureOf(add({ FunctionName: 'race' })), {
    name: 'ResourceConflictException',
    message:
      'The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.',
    status: 409,
  })
  const ids = Array.from({ length: 20 }, (_, index) => `c${index}`)
  await Promise.all([
    remove('race', 's1'),
    ...ids.map((StatementId) => add({ FunctionName: 'race', StatementId })),
  ])
  const { Statement } = await policyOf('race')
  t.strictSame(Statement.map(({ Sid }: { Sid: string }) => Sid).sort(), ids.sort())
})

t.test('a revision that is not the latest changes nothing', async (t) => {
  await create('rev')
  const mismatch = {
    name: 'PreconditionFailedException',
    message:
      'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    status: 412,
  }
  t.match(await failureOf(add({ FunctionName: 'rev', RevisionId: 'older' })), mismatch)
  const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: 'rev' }))
  await add({ FunctionName: 'rev', RevisionId: Configuration?.RevisionId })
  const { RevisionId } = await policyOf('rev')
  await add({ FunctionName: 'rev', StatementId: 's2', RevisionId })
  t.match(await failureOf(add({ FunctionName: 'rev', StatementId: 's3', RevisionId })), mismatch)
  t.match(await failureOf(remove('rev', 's1', { RevisionId })), mismatch)
  const latest = await policyOf('rev')
  t.equal(latest.Statement.length, 2)
  await remove('rev', 's1', { RevisionId: latest.RevisionId })
  t.equal((await policyOf('rev')).Statement.length, 1)
})

t.test('a policy has 20 KB', async (t) => {
  await create('long')
  const at = (index: number) =>
    add({
      FunctionName: 'long',
      StatementId: `s${index}`,
      SourceArn: `arn:aws:s3:::${'b'.repeat(5_000)}${index}`,
    })
  for (const index of [0, 1, 2]) await at(index)
  const before = await policyOf('long')
  t.match(await failureOf(at(3)), {
    name: 'PolicyLengthExceededException',
    message: /^The final policy size \(2\d{4}\) is bigger than the limit \(20480\)\.$/,
    status: 400,
  })
  t.strictSame(await policyOf('long'), before)
})

t.test('what a permission cannot be is refused', async (t) => {
  await create('bad')
  const table: [object, string, RegExp][] = [
    [
      { StatementId: 'a b' },
      'ValidationException',
      /at 'statementId' .*pattern: \(\[a-zA-Z0-9-_]\+\)$/,
    ],
    [{ Action: 'invoke' }, 'ValidationException', /'invoke' at 'action' failed to satisfy/],
    [{ SourceAccount: '12' }, 'ValidationException', /at 'sourceAccount' .*pattern: \\d\{12}$/],
    [{ Principal: 'bob' }, 'InvalidParameterValueException', /The provided principal was invalid/],
    [
      { Principal: undefined as unknown as string },
      'ValidationException',
      /null at 'principal' .*must not be null/,
    ],
    [
      { FunctionUrlAuthType: 'NONE' },
      'InvalidParameterValueException',
      /only supported for lambda:InvokeFunctionUrl action/,
    ],
  ]
  for (const [fields, name, message] of table) {
    const failure = await failureOf(add({ FunctionName: 'bad', ...fields }))
    t.match(failure, { name, message, status: 400 })
  }
})

t.test('the policy goes with its function', async (t) => {
  await create('again')
  await add({ FunctionName: 'again' })
  await call('DELETE /functions/again')
  await create('again')
  t.match(await failureOf(policyOf('again')), { name: 'ResourceNotFoundException' })
})
