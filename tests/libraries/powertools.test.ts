import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { functionsOf, told } from '../fixtures/deployed-functions.ts'
import { askUrl, type UrlAnswer } from '../fixtures/function-url.ts'
import { bundleHandler } from '../fixtures/library-handler.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { startPortRedis } from '../fixtures/port-redis.ts'
import { rest } from '../fixtures/rest.ts'

await needsEngine(t)

const [platform, cache] = await Promise.all([startPlatform(), startPortRedis()])
t.teardown(() => Promise.all([platform.stop(), cache.stop()]))
const { deployZip, call, logOf } = functionsOf(platform)

async function deploy(handler: string, configuration = {}): Promise<string> {
  const zip = await bundleHandler(handler)
  return await deployZip(zip, configuration)
}

async function urlOf(name: string): Promise<string> {
  const settings = `${platform.url}/functions/${name}/url`
  return (await rest<{ url: string }>(settings, { method: 'PUT' })).body.url
}

/** The structured records that one request to a function URL has left in the log. */
async function recordsOf(name: string, { headers }: UrlAnswer): Promise<Record<string, unknown>[]> {
  const id = new Headers({ 'x-invocation-id': String(headers['x-amzn-requestid']) })
  const lines = await logOf(name, { headers: id } as Parameters<typeof logOf>[1])
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
}

const origin = 'https://shop.example'
const json = { 'content-type': 'application/json' }

t.test('logger: records carry the context, each a line of its own in the log', async (t) => {
  const name = await deploy('powertools-order')
  const url = await urlOf(name)
  const body = JSON.stringify({ item: 'cup', count: 2 })
  const answer = await askUrl(url, { method: 'POST', headers: json, body })
  t.same([answer.status, JSON.parse(answer.body.toString())], [200, { item: 'cup', count: 2 }])

  const [event, taken] = await recordsOf(name, answer)
  t.match(event, { level: 'INFO', event: { version: '2.0', body } })
  const ofFunction = {
    service: 'orders',
    function_name: name,
    function_memory_size: '128',
    function_arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    function_request_id: answer.headers['x-amzn-requestid'],
  }
  const record = { level: 'INFO', message: 'Order taken', cold_start: true, item: 'cup', count: 2 }
  t.match(taken, { ...ofFunction, ...record, timestamp: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ })

  await t.test(
    'parser: what the schema refuses is told, and keys of before are gone',
    async (t) => {
      const refused = await askUrl(url, { method: 'POST', headers: json, body: '{"item":"cup"}' })
      t.equal(refused.status, 400)
      t.match(refused.body.toString(), /Failed to parse/)
      const failed = (await recordsOf(name, refused)).find(({ level }) => level === 'ERROR')
      t.match(failed, { message: 'The order is none', cold_start: false, error: { name: /Error/ } })
      t.notOk(failed && 'item' in failed)
    },
  )
})

t.test('parser: an event of a function URL is one to its schema, strictly', async (t) => {
  const url = await urlOf(await deploy('powertools-url-event'))
  const requests = [
    { path: 'a%20b?x=1&x=2', options: { headers: { cookie: 'a=1; b=2' } } },
    { path: '', options: { method: 'POST', headers: json, body: '{"a":1}' } },
    { path: '', options: { method: 'PUT', body: Buffer.from([0, 255, 128]) } },
  ]
  for (const { path, options } of requests) {
    const { body } = await askUrl(url + path, options)
    t.same(JSON.parse(body.toString()), { success: true, issues: [] })
  }
})

t.test(
  'event handler: routes, errors, CORS, cookies and bytes go through a function URL',
  async (t) => {
    const url = await urlOf(await deploy('powertools-api'))
    const found = await askUrl(`${url}orders/7?tags=a%20b`, { headers: { origin } })
    t.same([found.status, JSON.parse(found.body.toString())], [200, { id: '7', tags: 'a b' }])
    t.equal(found.headers['access-control-allow-origin'], origin)

    const order = { method: 'POST', headers: json, body: '{"item":"cup"}' }
    const made = await askUrl(`${url}orders`, order)
    t.same([made.status, made.headers.location], [201, '/orders/7'])
    t.same(JSON.parse(made.body.toString()), { item: 'cup' })

    const refused = await askUrl(`${url}orders`, { ...order, body: '{}' })
    t.match([refused.status, refused.body.toString()], [400, /An order names its item/])
    const missing = await askUrl(`${url}orders/0`)
    t.match([missing.status, missing.body.toString()], [404, /There is no order 0/])
    t.equal((await askUrl(`${url}nowhere`)).status, 404)
    const teapot = await askUrl(`${url}teapot`)
    t.match([teapot.status, teapot.body.toString()], [418, /short and stout/])

    const asked = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } }
    const preflight = await askUrl(`${url}orders/7`, asked)
    t.match(preflight, { status: 204, headers: { 'access-control-max-age': '300' } })

    const picture = await askUrl(`${url}picture`)
    t.same(
      [picture.headers['content-type'], [...picture.body]],
      ['image/png', [137, 80, 78, 71, 0, 255]],
    )
    const novel = await askUrl(`${url}novel`, { headers: { 'accept-encoding': 'gzip' } })
    t.equal(novel.headers['content-encoding'], 'gzip')
    t.equal(JSON.parse(gunzipSync(novel.body).toString()).text.length, 5000)
    t.same((await askUrl(`${url}session`)).headers['set-cookie'], ['a=1; Path=/'])
  },
)

t.test('idempotency: a payment is made once, whoever asks for it again', async (t) => {
  const name = await deploy('powertools-payment', {
    environment: { CACHE_URL: cache.url },
    egress: [new URL(cache.url).host],
  })
  const first = await call(name, { paymentId: 'a' })
  t.match(first.body, { payments: 1, awsRequestId: first.headers.get('x-invocation-id') })
  const again = await call(name, { paymentId: 'a', note: 'only the id counts' })
  t.same(again.body, first.body)
  t.match((await call(name, { paymentId: 'b' })).body, { payments: 2 })

  t.match(told(await call(name, { paymentId: 'c', fails: true })), /refused payment 3/)
  t.match((await call(name, { paymentId: 'c' })).body, { payments: 4 }, 'a failure is forgotten')

  const both = await Promise.all([
    call(name, { paymentId: 'd', takesMs: 1000 }),
    call(name, { paymentId: 'd', takesMs: 1000 }),
  ])
  const paid = both.filter(({ status }) => status === 200).map(({ text }) => text)
  t.equal(new Set(paid).size, 1, 'two at once are one payment')
  for (const refused of both.filter(({ status }) => status !== 200)) {
    t.match(told(refused), /^IdempotencyAlreadyInProgressError/, 'by another sandbox, meanwhile')
  }
})
