import t from 'tap'
import { loadExample } from '../fixtures/example.ts'

const hello = await loadExample(t, 'hello')
const context = { awsRequestId: 'a-request', getRemainingTimeInMillis: () => 2900 }

t.test('it greets whom the event, or the query of a function URL, names', async (t) => {
  const expected = { message: 'Hello, Ada!', requestId: 'a-request', remainingMs: 2900 }
  t.same(await hello.handler({ name: 'Ada' }, context), expected)
  t.same(await hello.handler({ queryStringParameters: { name: 'Ada' } }, context), expected)
  t.match(await hello.handler({}, context), { message: 'Hello, world!' })
})

t.test('a name that is no text is an error', async (t) => {
  await t.rejects(hello.handler({ name: 5 }, context), { name: 'TypeError' })
})
