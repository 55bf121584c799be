import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readAccessKeys } from '../../../gateway/signature/access-keys.ts'

const SECRET = 'a secret of enough length'
const STATEMENT = { actions: ['lambda:*'], resources: ['*'] }
const KEY = { accessKeyId: 'thumbs', secretAccessKey: SECRET, statements: [STATEMENT] }

function reading(t: Tap, content: unknown, apiKey?: string) {
  const file = join(t.testdir({ 'keys.json': '' }), 'keys.json')
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return writeFile(file, text).then(() => () => readAccessKeys(file, apiKey))
}
type Tap = typeof t

t.test('The API key is an access key of its own, which may do everything', async (t) => {
  t.equal(readAccessKeys(undefined, undefined).size, 0)
  const keys = readAccessKeys(undefined, SECRET)
  t.strictSame([...keys.keys()], ['hearth'])
  t.match(keys.get('hearth'), { secretAccessKey: SECRET, statements: [{ actions: ['*'] }] })
})

t.test('The keys of the file stand beside it', async (t) => {
  const read = await reading(t as never, { keys: [KEY] }, SECRET)
  t.strictSame([...read().keys()], ['hearth', 'thumbs'])
  t.strictSame(read().get('thumbs'), KEY)
})

const rows: Array<[title: string, content: unknown, message: RegExp]> = [
  ['no JSON', `{"keys": "${SECRET}`, /it is not valid JSON$/],
  ['no keys', { keys: [] }, /"keys" must not have fewer than 1 items/],
  ['another shape', [], /file must be object/],
  ['unknown fields', { keys: [KEY], key: 1 }, /unknown fields: "key"/],
  ['a short secret', { keys: [{ ...KEY, secretAccessKey: 'short' }] }, /"keys.0.secretAccessKey"/],
  [
    'a bad id',
    { keys: [{ ...KEY, accessKeyId: 'a/b' }] },
    /"keys.0.accessKeyId" must be: 1 to 128/,
  ],
  [
    'a bad action',
    { keys: [{ ...KEY, statements: [{ ...STATEMENT, actions: ['invoke'] }] }] },
    /"keys.0.statements.0.actions.0" must be: "service:Action"/,
  ],
  [
    'a bad resource',
    { keys: [{ ...KEY, statements: [{ ...STATEMENT, resources: ['thumb*'] }] }] },
    /"keys.0.statements.0.resources.0" must be: an ARN/,
  ],
  [
    'a bad effect',
    { keys: [{ ...KEY, statements: [{ ...STATEMENT, effect: 'deny' }] }] },
    /"keys.0.statements.0.effect" must be one of "Allow", "Deny"/,
  ],
  ['a key twice', { keys: [KEY, KEY] }, /access key "thumbs" is there twice/],
  [
    'the id of the API key',
    { keys: [{ ...KEY, accessKeyId: 'hearth' }] },
    /the one of HEARTH_API_KEY/,
  ],
]

t.test('A file that cannot be used says why, and no secret', async (t) => {
  for (const [title, content, message] of rows) {
    const read = await reading(t as never, content, SECRET)
    t.throws(read, { name: 'CannotStart', message }, title)
    t.throws(read, { message: /^ACCESS_KEYS_FILE ".*keys.json" cannot be used: / }, title)
    try {
      read()
    } catch (error) {
      t.notMatch(String(error), SECRET, title)
    }
  }
  t.throws(() => readAccessKeys('/nowhere/keys.json', undefined), { message: /ENOENT/ })
})
