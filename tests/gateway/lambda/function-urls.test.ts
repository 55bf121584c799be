import {
  CreateFunctionUrlConfigCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionUrlConfigCommand,
  ListFunctionUrlConfigsCommand,
  paginateListFunctionUrlConfigs,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda'
import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'
import { failureOf, lambdaClientOf } from '../../fixtures/lambda-client.ts'

const gateway = await startGateway(t)
const client = await lambdaClientOf(t, gateway)
const { call, create } = gateway

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function'
const NOT_THERE = {
  name: 'ResourceNotFoundException',
  message: 'The resource you requested does not exist.',
  status: 404,
}
const CORS = {
  AllowCredentials: true,
  AllowHeaders: ['content-type', 'x-own'],
  AllowMethods: ['GET', 'POST', 'DELETE'],
  AllowOrigins: ['https://example.com', 'http://localhost:3000'],
  ExposeHeaders: ['date'],
  MaxAge: 86_400,
}

t.test('the address of a function is created, read, changed and taken away', async (t) => {
  await create('site')
  const of = { FunctionName: 'site' }
  const created = await client.send(
    new CreateFunctionUrlConfigCommand({ ...of, AuthType: 'AWS_IAM', Cors: CORS }),
  )
  const { $metadata, ...config } = created
  t.equal($metadata.httpStatusCode, 201)
  t.match(config, {
    FunctionUrl: /^http:\/\/[0-9a-f]{32}\.lambda-url\.localhost:\d+\/$/,
    FunctionArn: `${ARN}:site`,
    AuthType: 'AWS_IAM',
    Cors: CORS,
    CreationTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/,
    InvokeMode: 'BUFFERED',
  })
  t.notOk('LastModifiedTime' in config)
  t.strictSame(
    await failureOf(client.send(new CreateFunctionUrlConfigCommand({ ...of, AuthType: 'NONE' }))),
    {
      name: 'ResourceConflictException',
      message: `Failed to create function url config for [functionArn = ${ARN}:site]. Error message:  FunctionUrlConfig exists for this Lambda function`,
      status: 409,
    },
  )

  const { $metadata: _got, ...got } = await client.send(new GetFunctionUrlConfigCommand(of))
  t.strictSame(got, { ...config, LastModifiedTime: config.CreationTime })

  const byArn = { FunctionName: `${ARN}:site`, InvokeMode: 'RESPONSE_STREAM' } as const
  const changed = await client.send(new UpdateFunctionUrlConfigCommand(byArn))
  t.match(changed, { AuthType: 'AWS_IAM', Cors: CORS, InvokeMode: 'RESPONSE_STREAM' })
  t.equal(changed.FunctionUrl, created.FunctionUrl)
  t.equal(changed.CreationTime, created.CreationTime)
  const open = await client.send(
    new UpdateFunctionUrlConfigCommand({ ...of, AuthType: 'NONE', Cors: {} }),
  )
  t.match(open, { AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' })
  t.equal(open.Cors, undefined, 'empty rules are none')

  const gone = await client.send(new DeleteFunctionUrlConfigCommand(of))
  t.equal(gone.$metadata.httpStatusCode, 204)
  for (const command of [
    new GetFunctionUrlConfigCommand(of),
    new UpdateFunctionUrlConfigCommand(of),
    new DeleteFunctionUrlConfigCommand(of),
  ]) {
    t.strictSame(await failureOf(client.send(command as GetFunctionUrlConfigCommand)), NOT_THERE)
  }
})

t.test('an alias has an address of its own, a version has none', async (t) => {
  await create('shop')
  await call('POST /2015-03-31/functions/shop/versions', { json: {} })
  for (const alias of ['blue', 'green']) {
    await call('POST /2015-03-31/functions/shop/aliases', {
      json: { Name: alias, FunctionVersion: '1' },
    })
  }
  const made = [undefined, 'blue', 'green'].map((Qualifier) =>
    client.send(
      new CreateFunctionUrlConfigCommand({ FunctionName: 'shop', Qualifier, AuthType: 'NONE' }),
    ),
  )
  const urls = await Promise.all(made)
  t.equal(new Set(urls.map(({ FunctionUrl }) => FunctionUrl)).size, 3)
  t.strictSame(
    urls.map(({ FunctionArn }) => FunctionArn),
    [`${ARN}:shop`, `${ARN}:shop:blue`, `${ARN}:shop:green`],
  )
  const blue = await client.send(new GetFunctionUrlConfigCommand({ FunctionName: 'shop:blue' }))
  t.equal(blue.FunctionUrl, urls[1]?.FunctionUrl)

  const found = []
  const pages = paginateListFunctionUrlConfigs({ client, pageSize: 2 }, { FunctionName: 'shop' })
  for await (const { FunctionUrlConfigs = [] } of pages) found.push(FunctionUrlConfigs)
  t.strictSame(
    found.map(({ length }) => length),
    [2, 1],
  )
  t.strictSame(
    new Set(found.flat().map(({ FunctionUrl }) => FunctionUrl)),
    new Set(urls.map(({ FunctionUrl }) => FunctionUrl)),
  )
  const last = await client.send(new ListFunctionUrlConfigsCommand({ FunctionName: 'shop' }))
  t.notOk('NextMarker' in last)

  const pattern = '((?!^\\d+$)^[0-9a-zA-Z-_]+$)'
  for (const [FunctionName, Qualifier, shown] of [
    ['shop', '1', '1'],
    ['shop:1', undefined, '1'],
    ['shop:$LATEST', undefined, '$LATEST'],
  ] as const) {
    const of = { FunctionName, Qualifier, AuthType: 'NONE' } as const
    t.strictSame(await failureOf(client.send(new CreateFunctionUrlConfigCommand(of))), {
      name: 'ValidationException',
      message: `1 validation error detected: Value '${shown}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
      status: 400,
    })
  }
  const none = { FunctionName: 'shop', Qualifier: 'red', AuthType: 'NONE' } as const
  t.match(await failureOf(client.send(new CreateFunctionUrlConfigCommand(none))), {
    name: 'ResourceNotFoundException',
    message: `Function not found: ${ARN}:shop:red`,
  })
})

t.test('a function that is not there has no address, and cannot get one', async (t) => {
  const of = { FunctionName: 'nobody' }
  const expected = {
    name: 'ResourceNotFoundException',
    message: `Function not found: ${ARN}:nobody`,
  }
  for (const command of [
    new CreateFunctionUrlConfigCommand({ ...of, AuthType: 'NONE' }),
    new GetFunctionUrlConfigCommand(of),
    new ListFunctionUrlConfigsCommand(of),
    new DeleteFunctionUrlConfigCommand(of),
  ]) {
    t.match(await failureOf(client.send(command as GetFunctionUrlConfigCommand)), expected)
  }
})

t.test('rules that Lambda would not take are refused in its words', async (t) => {
  await create('strict')
  const items = (least: number, most: number) =>
    `Member must satisfy constraint: [Member must have length less than or equal to ${most}, Member must have length greater than or equal to ${least}, Member must satisfy regular expression pattern: .*, Member must not be null]`
  const table: [object, string, RegExp | string][] = [
    [
      { Cors: { AllowMethods: ['GET', 'POST', 'OPTIONS'] } },
      'ValidationException',
      `1 validation error detected: Value '[GET, POST, OPTIONS]' at 'cors.allowMethods' failed to satisfy constraint: ${items(0, 6)}`,
    ],
    [
      { Cors: { AllowOrigins: [''] } },
      'ValidationException',
      `1 validation error detected: Value '[]' at 'cors.allowOrigins' failed to satisfy constraint: ${items(1, 253)}`,
    ],
    [
      { Cors: { MaxAge: 86_401 } },
      'ValidationException',
      "1 validation error detected: Value '86401' at 'cors.maxAge' failed to satisfy constraint: Member must have value less than or equal to 86400",
    ],
    [
      { Cors: { AllowHeaders: Array(101).fill('a') } },
      'ValidationException',
      /at 'cors.allowHeaders' failed to satisfy constraint: Member must have length less than or equal to 100$/,
    ],
    [
      { Cors: { AllowMethods: ['FETCH'] } },
      'InvalidParameterValueException',
      /the wildcard character \(\*\)/,
    ],
    [
      { AuthType: 'BASIC' },
      'ValidationException',
      "1 validation error detected: Value 'BASIC' at 'authType' failed to satisfy constraint: Member must satisfy enum value set: [NONE, AWS_IAM]",
    ],
    [
      { AuthType: undefined },
      'ValidationException',
      "1 validation error detected: Value null at 'authType' failed to satisfy constraint: Member must not be null",
    ],
    [
      { InvokeMode: 'SLOW' },
      'ValidationException',
      "1 validation error detected: Value 'SLOW' at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: [BUFFERED, RESPONSE_STREAM]",
    ],
  ]
  for (const [settings, name, message] of table) {
    const asked = { FunctionName: 'strict', AuthType: 'NONE', ...settings } as const
    t.match(
      await failureOf(client.send(new CreateFunctionUrlConfigCommand(asked))),
      { name, message, status: 400 },
      JSON.stringify(settings).slice(0, 100),
    )
  }
  const odd = { AllowOrigins: ['*'], Unknown: 1 }
  const { body } = await call('POST /2021-10-31/functions/strict/url', {
    json: { AuthType: 'NONE', Cors: odd },
  })
  t.strictSame(body.Cors, { AllowOrigins: ['*'] }, 'what nobody knows is passed over')
})
