import t from 'tap'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { o, text } from '../../../gateway/lambda/members.ts'
import { violationsOf } from '../../../gateway/lambda/violations.ts'

const Input = Type.Object({
  FunctionName: text('[a-z]+', { minLength: 1, maxLength: 5 }),
  Mode: o(Type.Enum(['Active', 'PassThrough'])),
  Size: o(Type.Integer({ minimum: 1, maximum: 10 })),
  Names: o(Type.Array(text('[a-z]+'), { maxItems: 2 })),
  SnapStart: o(Type.Object({ ApplyOn: o(Type.Enum(['None'])) })),
  KMSKeyArn: o(text('arn:.*')),
})
const validator = Compile(Input)

function said(value: unknown): { type: string; message: string } {
  const { type, message } = violationsOf(Input, value, validator.Errors(value))
  return { type, message }
}

const CONSTRAINTS: [value: object, message: string][] = [
  [{}, "Value null at 'functionName' failed to satisfy constraint: Member must not be null"],
  [
    { FunctionName: 'A' },
    "Value 'A' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
  ],
  [
    { FunctionName: 'abcdef' },
    "Value 'abcdef' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 5",
  ],
  [
    { FunctionName: 'f', Mode: 'x' },
    "Value 'x' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: [Active, PassThrough]",
  ],
  [
    { FunctionName: 'f', Size: 11 },
    "Value '11' at 'size' failed to satisfy constraint: Member must have value less than or equal to 10",
  ],
  [
    { FunctionName: 'f', Size: 0 },
    "Value '0' at 'size' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ],
  [
    { FunctionName: 'f', Names: ['a', 'b', 'c'] },
    `Value '[a, b, c]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 2`,
  ],
  [
    { FunctionName: 'f', Names: ['a', 'B'] },
    "Value '[a, B]' at 'names' failed to satisfy constraint: Member must satisfy constraint: [Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: [a-z]+, Member must not be null]",
  ],
  [
    { FunctionName: 'f', SnapStart: { ApplyOn: 'x' } },
    "Value 'x' at 'snapStart.applyOn' failed to satisfy constraint: Member must satisfy enum value set: [None]",
  ],
  [
    { FunctionName: 'f', KMSKeyArn: 'x' },
    "Value 'x' at 'kmsKeyArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:.*",
  ],
]

t.test('each violated constraint is said in Lambda’s words', async (t) => {
  for (const [value, message] of CONSTRAINTS) {
    const expected = {
      type: 'ValidationException',
      message: `1 validation error detected: ${message}`,
    }
    t.same(said(value), expected, JSON.stringify(value))
  }
})

t.test('all violations of a request are one message', async (t) => {
  t.equal(
    said({ FunctionName: 'f', Mode: 'x', Size: 11 }).message,
    "2 validation errors detected: Value 'x' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: [Active, PassThrough]; Value '11' at 'size' failed to satisfy constraint: Member must have value less than or equal to 10",
  )
})

t.test('a value of another type is what no parser could read', async (t) => {
  for (const value of [
    { FunctionName: 1 },
    { FunctionName: 'f', Size: '1' },
    { FunctionName: 'f', Names: {} },
    { FunctionName: 'f', SnapStart: [] },
  ]) {
    t.equal(said(value).type, 'SerializationException', JSON.stringify(value))
  }
})

t.test('what is shown of a value is bounded', async (t) => {
  t.ok(said({ FunctionName: 'A'.repeat(1e6) }).message.length < 3000)
})
