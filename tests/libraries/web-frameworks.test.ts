import t, { type Test } from 'tap'
import { functionsOf } from '../fixtures/deployed-functions.ts'
import { askUrl, type UrlAnswer } from '../fixtures/function-url.ts'
import { bundleHandler } from '../fixtures/library-handler.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { rest } from '../fixtures/rest.ts'

await needsEngine(t)

const platform = await startPlatform()
t.teardown(() => platform.stop())
const { deployZip, logOf } = functionsOf(platform)

async function serve(handler: string, format: 'esm' | 'cjs') {
  const zip = await bundleHandler(handler, format)
  const name = await deployZip(zip, { memoryMb: 256 })
  const settings = `${platform.url}/functions/${name}/url`
  const { url } = (await rest<{ url: string }>(settings, { method: 'PUT' })).body
  return { name, url }
}

async function logOfRequest(name: string, { headers }: UrlAnswer): Promise<string> {
  const id = new Headers({ 'x-invocation-id': String(headers['x-amzn-requestid']) })
  return (await logOf(name, { headers: id } as Parameters<typeof logOf>[1])).join('\n')
}

const parsed = ({ body }: UrlAnswer): Record<string, unknown> => JSON.parse(body.toString())
const json = { 'content-type': 'application/json' }
const bytes = Buffer.from([0, 255, 128, 1])

/** What both frameworks answer alike. */
async function answersAlike(t: Test, url: string): Promise<void> {
  const body = JSON.stringify({ item: 'Tässchen', count: 2 })
  const made = await askUrl(`${url}orders`, { method: 'POST', headers: json, body })
  t.same([made.status, made.headers.location], [201, '/orders/7'])
  t.match(made.headers['content-type'], /^application\/json/)
  t.same(parsed(made), { item: 'Tässchen', count: 2 })

  const png = { 'content-type': 'image/png' }
  const turned = await askUrl(`${url}upload`, { method: 'POST', headers: png, body: bytes })
  t.match(turned.headers['content-type'], /^image\/png/)
  t.same([...turned.body], [1, 128, 255, 0])

  const session = await askUrl(`${url}session`)
  t.same([session.status, session.headers.location], [302, '/orders/7'])
  t.same(session.headers['set-cookie'], ['a=1; Path=/', 'b=two%20words; Path=/; HttpOnly'])

  t.equal((await askUrl(`${url}nowhere`)).status, 404)
  const head = await askUrl(`${url}orders/7`, { method: 'HEAD' })
  t.same([head.status, head.body.length], [200, 0])
}

t.test('an Express application behind serverless-express', async (t) => {
  const { name, url } = await serve('express', 'cjs')
  await answersAlike(t, url)

  const cookie = 'a=1; b=two%20words'
  const found = await askUrl(`${url}orders/a%2Fb?tag=x&tag=y`, { headers: { cookie } })
  t.match(parsed(found), {
    id: 'a/b',
    query: { tag: ['x', 'y'] },
    cookie,
    rawPath: '/orders/a%2Fb',
    awsRequestId: found.headers['x-amzn-requestid'],
  })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const sent = { method: 'POST', headers: form, body: 'name=Ada+L' }
  const page = await askUrl(`${url}form`, sent)
  t.match([page.headers['content-type'], page.body.toString()], [/^text\/html/, '<p>Ada L</p>'])

  const failed = await askUrl(`${url}fails`)
  t.same([failed.status, parsed(failed)], [500, { error: 'It is us, not you' }])
  t.match(await logOfRequest(name, failed), /ERROR\tRoute failed: the secret of the house/)
})

t.test('a Hono application behind its own adapter', async (t) => {
  const { name, url } = await serve('hono', 'esm')
  await answersAlike(t, url)

  const cookie = 'a=1; b=two%20words'
  const found = await askUrl(`${url}orders/7?tag=x&tag=y`, { headers: { cookie } })
  t.match(parsed(found), {
    id: '7',
    tags: ['x', 'y'],
    cookie: { a: '1', b: 'two words' },
    awsRequestId: found.headers['x-amzn-requestid'],
  })
  const { hostname, pathname } = new URL(String(parsed(found).url))
  t.same([hostname, pathname], [new URL(url).hostname, '/orders/7'])

  const form = new FormData()
  form.set('name', 'Ada')
  form.set('picture', new File([bytes], 'a.png'))
  const multipart = new Response(form)
  const page = await askUrl(`${url}form`, {
    method: 'POST',
    headers: { 'content-type': String(multipart.headers.get('content-type')) },
    body: Buffer.from(await multipart.arrayBuffer()),
  })
  t.same([page.status, page.body.toString()], [200, 'Ada: 4 bytes'])

  const forbidden = await askUrl(`${url}forbidden`)
  t.same([forbidden.status, forbidden.body.toString()], [403, 'not you'])
  const failed = await askUrl(`${url}fails`)
  t.same([failed.status, failed.body.toString()], [500, 'Internal Server Error'])
  t.match(await logOfRequest(name, failed), /the secret of the house/)
})
