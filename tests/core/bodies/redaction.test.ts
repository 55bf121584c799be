import t from 'tap'
import { heldBody, keptBodies } from '../../../core/bodies/kept-bodies.ts'
import { redact } from '../../../core/bodies/redaction.ts'

const TABLE: [title: string, rules: string[], json: string, expected: string][] = [
  ['nothing is named', [], '{"password": 1}', '{"password": 1}'],
  ['a member', ['password'], '{"password":"p","user":"u"}', '{"password":"[redacted]","user":"u"}'],
  [
    'at any depth',
    ['password'],
    '{"a":[{"b":{"password":{"x":1}}}]}',
    '{"a":[{"b":{"password":"[redacted]"}}]}',
  ],
  [
    'in any letter case',
    ['headers.authorization'],
    '{"Headers":{"Authorization":"Basic x"}}',
    '{"Headers":{"Authorization":"[redacted]"}}',
  ],
  [
    'only with what is around it',
    ['headers.authorization'],
    '{"authorization":"a","headers":{"x":1}}',
    '{"authorization":"a","headers":{"x":1}}',
  ],
  [
    'around it anywhere',
    ['card.number'],
    '{"order":{"card":{"number":4111}}}',
    '{"order":{"card":{"number":"[redacted]"}}}',
  ],
  [
    'lists count for nothing',
    ['users.token'],
    '{"users":[{"token":1},{"token":2}]}',
    '{"users":[{"token":"[redacted]"},{"token":"[redacted]"}]}',
  ],
  [
    'null and numbers as well',
    ['a', 'b'],
    '{"a":null,"b":0,"c":0}',
    '{"a":"[redacted]","b":"[redacted]","c":0}',
  ],
  [
    'JSON in a string',
    ['password'],
    '{"body":"{\\"password\\":\\"p\\"}"}',
    '{"body":"{\\"password\\":\\"[redacted]\\"}"}',
  ],
  [
    'a string that only begins like JSON',
    ['password'],
    '{"body":"{ password: p"}',
    '{"body":"{ password: p"}',
  ],
  [
    'long numbers stay as they are',
    ['x'],
    '{"id":12345678901234567890,"x":1}',
    '{"id":12345678901234567890,"x":"[redacted]"}',
  ],
  [
    'a member that every object has',
    ['constructor', '__proto__'],
    '{"__proto__":1,"constructor":2}',
    '{"__proto__":"[redacted]","constructor":"[redacted]"}',
  ],
]

const SECRET = { password: 'p' }
const inText = (value: unknown) => JSON.stringify({ body: value })

TABLE.push(
  [
    'a name with a dot',
    ['a.b'],
    '{"a.b":1,"a":{"b":2,"c":3}}',
    '{"a.b":"[redacted]","a":{"b":"[redacted]","c":3}}',
  ],
  [
    'JSON in a string in a string',
    ['password'],
    inText(JSON.stringify(JSON.stringify(SECRET))),
    inText(JSON.stringify(JSON.stringify({ password: '[redacted]' }))),
  ],
  [
    'JSON behind a byte order mark',
    ['password'],
    inText(`\uFEFF${JSON.stringify(SECRET)}`),
    inText(JSON.stringify({ password: '[redacted]' })),
  ],
  [
    'JSON in a string that is nested too deep to be looked through',
    ['password'],
    inText(`{"password":"p","x":${'['.repeat(5000)}${']'.repeat(5000)}}`),
    inText('[redacted]'),
  ],
  ['a string in quotes', ['password'], inText('"quoted" text'), inText('"quoted" text')],
)

for (const [title, rules, json, expected] of TABLE) {
  t.test(`what is redacted: ${title}`, async (t) => {
    t.equal(redact(json, rules), expected)
  })
}

t.test('what is no JSON, or too large, is not kept, and the reason is', async (t) => {
  const rules = { redact: ['password'] }
  const deep = `${'['.repeat(30_000)}1${']'.repeat(30_000)}`
  for (const [event, reason] of [
    [Buffer.from('{"password'), /no JSON/],
    [Buffer.from(deep), /too deep/],
  ] as const) {
    t.match(keptBodies({ event }, rules), { eventOmitted: reason })
    t.match(keptBodies({ event }, {}), { eventOmitted: reason })
  }
  const large = heldBody(Buffer.alloc(70_000, ' '))
  t.match(keptBodies({ event: large, result: Buffer.from('1') }, {}), {
    eventOmitted: /70000 bytes/,
    result: '1',
  })
  t.strictSame(keptBodies({ event: Buffer.from('{}'), result: Buffer.alloc(0) }, {}), {
    event: '{}',
    result: 'null',
  })
})
