import t from 'tap'
import { isAliasName } from '../../../core/functions/qualifier.ts'
import { readReference, referenceArn } from '../../../gateway/lambda/function-reference.ts'
import { ACCOUNT } from '../../fixtures/lambda.ts'

const NAME = 'my-function_1'
const FORMS = [
  NAME,
  `000000000000:function:${NAME}`,
  `function:${NAME}`,
  `us-east-1:000000000000:function:${NAME}`,
  `${ACCOUNT}:function:${NAME}`,
  `arn:aws-cn:lambda:us-east-1:000000000000:function:${NAME}`,
]

t.test(
  'a function is named in every form that Lambda takes, with and without a qualifier',
  async (t) => {
    for (const form of FORMS) {
      t.same(readReference({ FunctionName: form }), { functionName: NAME }, form)
      for (const qualifier of ['1', '$LATEST', 'prod', 'a-b_c']) {
        const expected = { functionName: NAME, qualifier }
        const derived = `${form}:${qualifier}`
        t.same(readReference({ FunctionName: derived }), expected, derived)
        t.same(
          readReference({ FunctionName: derived, Qualifier: qualifier }),
          expected,
          'said twice',
        )
        t.same(readReference({ FunctionName: form, Qualifier: qualifier }), expected, 'said apart')
      }
    }
  },
)

const REFUSED: [
  input: { FunctionName: string; Qualifier?: string },
  type: string,
  message: RegExp,
][] = [
  [
    { FunctionName: 'f:1', Qualifier: '2' },
    'InvalidParameterValueException',
    /^The derived qualifier from the function name does not match the specified qualifier\.$/,
  ],
  [
    { FunctionName: 'x'.repeat(65) },
    'InvalidParameterValueException',
    /Member must have length less than or equal to 64$/,
  ],
  [
    { FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:f' },
    'ResourceNotFoundException',
    /^Functions from 'eu-west-1' are not reachable in this region \('us-east-1'\)$/,
  ],
  [
    { FunctionName: 'arn:aws:lambda:us-east-1:111111111111:function:f' },
    'ResourceNotFoundException',
    /^Function not found: arn:aws:lambda:us-east-1:111111111111:function:f$/,
  ],
  [{ FunctionName: 'a:b:c:d:e' }, 'ResourceNotFoundException', /^Function not found: a:b:c:d:e$/],
]

t.test('what cannot be a function of this platform is refused in Lambda’s words', async (t) => {
  for (const [input, type, message] of REFUSED) {
    t.throws(() => readReference(input), { type, message }, JSON.stringify(input))
  }
})

t.test('an ARN has the qualifier as it was sent', async (t) => {
  t.equal(referenceArn({ functionName: 'f' }), `${ACCOUNT}:function:f`)
  t.equal(
    referenceArn({ functionName: 'f', qualifier: '$LATEST' }),
    `${ACCOUNT}:function:f:$LATEST`,
  )
  t.equal(referenceArn({ functionName: 'f', qualifier: 'prod' }), `${ACCOUNT}:function:f:prod`)
  t.same(['1', '$LATEST', undefined, 'prod', '1a'].map(isAliasName), [
    false,
    false,
    false,
    true,
    true,
  ])
})
