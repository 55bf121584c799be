import t from 'tap'
import { type Permission, statementOf } from '../../../gateway/lambda/policy-statement.ts'

const RESOURCE = 'arn:aws:lambda:us-east-1:000000000000:function:f'
const permission = { StatementId: 's', Action: 'lambda:InvokeFunction', Principal: '*' }

t.test('a permission becomes a statement with the keys that tools look for', async (t) => {
  const table: [Partial<Permission>, object][] = [
    [{}, { Principal: '*' }],
    [{ Principal: 's3.amazonaws.com' }, { Principal: { Service: 's3.amazonaws.com' } }],
    [
      { Principal: 'alexa-appkit.amazon.com' },
      { Principal: { Service: 'alexa-appkit.amazon.com' } },
    ],
    [
      { Principal: 'lambda.amazonaws.com.cn' },
      { Principal: { Service: 'lambda.amazonaws.com.cn' } },
    ],
    [{ Principal: '123456789012' }, { Principal: { AWS: 'arn:aws:iam::123456789012:root' } }],
    [
      { Principal: 'arn:aws:iam::123456789012:role/r' },
      { Principal: { AWS: 'arn:aws:iam::123456789012:role/r' } },
    ],
    [
      { SourceAccount: '123456789012', SourceArn: 'arn:aws:s3:::b' },
      {
        Condition: {
          StringEquals: { 'AWS:SourceAccount': '123456789012' },
          ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::b' },
        },
      },
    ],
    [
      { EventSourceToken: 'token', PrincipalOrgID: 'o-0123456789' },
      {
        Condition: {
          StringEquals: {
            'lambda:EventSourceToken': 'token',
            'aws:PrincipalOrgID': 'o-0123456789',
          },
        },
      },
    ],
    [
      { Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' },
      {
        Action: 'lambda:InvokeFunctionUrl',
        Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
      },
    ],
    [
      { InvokedViaFunctionUrl: true },
      { Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } },
    ],
    [
      { InvokedViaFunctionUrl: false },
      { Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'false' } } },
    ],
  ]
  for (const [fields, expected] of table) {
    const statement = statementOf({ ...permission, ...fields }, RESOURCE)
    t.strictSame(statement, {
      Sid: 's',
      Effect: 'Allow',
      Principal: '*',
      Action: 'lambda:InvokeFunction',
      Resource: RESOURCE,
      ...expected,
    })
  }
})

t.test('a principal that is nobody is refused', async (t) => {
  for (const Principal of ['bob', '12345', 'amazonaws.com', 'arn:aws:s3:::b', 'example.com']) {
    t.throws(
      () => statementOf({ ...permission, Principal }, RESOURCE),
      {
        type: 'InvalidParameterValueException',
        message: 'The provided principal was invalid. Please check the principal and try again.',
      },
      Principal,
    )
  }
})

t.test('only calls of an address have a type of authentication', async (t) => {
  t.throws(() => statementOf({ ...permission, FunctionUrlAuthType: 'NONE' }, RESOURCE), {
    message: 'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action',
  })
})
