import t from 'tap'
import { functionsOf } from '../fixtures/deployed-functions.ts'
import { askUrl } from '../fixtures/function-url.ts'
import { bundleHandler } from '../fixtures/library-handler.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { rest } from '../fixtures/rest.ts'

await needsEngine(t)

const platform = await startPlatform()
t.teardown(() => platform.stop())
const { deployZip, logOf } = functionsOf(platform)

const zip = await bundleHandler('middy')
const name = await deployZip(zip, { timeoutSeconds: 2 })
const { body } = await rest<{ url: string }>(`${platform.url}/functions/${name}/url`, {
  method: 'PUT',
})

function order(what: unknown, headers = { 'content-type': 'application/json' }) {
  const text = typeof what === 'string' ? what : JSON.stringify(what)
  return askUrl(body.url, { method: 'POST', headers, body: text })
}

t.test('middlewares run around the handler, in order and back', async (t) => {
  const { status, headers, body } = await order({ item: 'cup' })
  t.equal(status, 201)
  t.equal(headers['x-trace'], 'outer before, inner before, inner after, outer after')
  t.same(JSON.parse(body.toString()), { ordered: 'cup' })
})

t.test('the JSON parser reads what came as bytes, too', async (t) => {
  const { status, body } = await order(
    { item: 'Tässchen' },
    {
      'content-type': 'application/vnd.orders+json',
    },
  )
  t.same([status, JSON.parse(body.toString())], [201, { ordered: 'Tässchen' }])
})

t.test('an error with a status is the answer; the visitor reads its message', async (t) => {
  const { status, headers, body } = await order({ item: 'tea', failsWith: 404 })
  t.same([status, body.toString()], [404, 'no tea today'])
  t.equal(headers['content-type'], 'text/plain')
  t.equal((await order('{"item":')).status, 415, 'no JSON')
  t.equal((await order({ item: 'cup' }, { 'content-type': 'text/plain' })).status, 415)
})

t.test('any other error is 500 without a word, and stands in the log', async (t) => {
  const { status, headers, body } = await order({ item: 'bomb' })
  t.same([status, body.toString()], [500, ''])
  const id = String(headers['x-amzn-requestid'])
  const answer = { headers: new Headers({ 'x-invocation-id': id }) }
  const lines = await logOf(name, answer as Parameters<typeof logOf>[1])
  t.ok(
    lines.some((line) => line.includes('the secret of the house')),
    lines.join('\n'),
  )
})

t.test('its early timeout knows how much time the context says is left', async (t) => {
  const { status, body } = await order({ item: 'cup', takesMs: 60_000 })
  t.same([status, body.toString()], [408, 'too late, but not cut'])
})
