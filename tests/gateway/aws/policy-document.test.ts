import t from 'tap'
import {
  checkPolicy,
  checkPolicySize,
  encodedPolicy,
} from '../../../gateway/aws/policy-document.ts'

const identity = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: '*' }
const of = (...statements: unknown[]) => JSON.stringify({ Statement: statements })

t.test('Policies of either kind are taken', async (t) => {
  const good: Array<[string, 'trust' | 'identity']> = [
    [of(identity), 'identity'],
    [JSON.stringify({ Version: '2012-10-17', Statement: identity }), 'identity'],
    [of({ Effect: 'Deny', NotAction: ['a:b'], NotResource: ['x'] }, identity), 'identity'],
    [of(trust), 'trust'],
  ]
  for (const [document, kind] of good) t.doesNotThrow(() => checkPolicy(document, kind), document)
})

t.test('A document that is no such policy is refused with the reason', async (t) => {
  const wrong: Array<[string, 'trust' | 'identity', RegExp]> = [
    ['', 'identity', /invalid Json/],
    ['{"Statement":', 'identity', /invalid Json/],
    [`${'['.repeat(100_000)}`, 'identity', /invalid Json/],
    ['[]', 'identity', /Syntax errors/],
    ['{}', 'identity', /Syntax errors/],
    [of(), 'identity', /Syntax errors/],
    [of('x'), 'identity', /Syntax errors/],
    [of({ ...identity, Effect: 'allow' }), 'identity', /Syntax errors/],
    [of({ Effect: 'Allow', Resource: '*' }), 'identity', /must contain actions/],
    [of({ Effect: 'Allow', Action: '*' }), 'identity', /must contain resources/],
    [of(identity, trust), 'identity', /should not specify a principal/],
    [of(identity), 'trust', /prohibited field Resource/],
    [of({ Effect: 'Allow', Action: '*' }), 'trust', /required field Principal/],
  ]
  for (const [document, kind, message] of wrong) {
    const error = { code: 'MalformedPolicyDocument', message }
    t.throws(() => checkPolicy(document, kind), error, document.slice(0, 60))
  }
})

t.test('White space does not count', async (t) => {
  checkPolicySize(['a b\n', 'c'], 'PolicySize', 3)
  t.throws(() => checkPolicySize(['ab', 'cd'], 'PolicySize', 3), {
    code: 'LimitExceeded',
    message: 'Cannot exceed quota for PolicySize: 3',
  })
})

t.test('Documents are told percent-encoded, all but what RFC 3986 keeps', async (t) => {
  t.equal(
    encodedPolicy(`{"a":"*'!()~-._ é"}`),
    '%7B%22a%22%3A%22%2A%27%21%28%29~-._%20%C3%A9%22%7D',
  )
})
