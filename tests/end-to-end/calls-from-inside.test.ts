import t from 'tap'
import { functionsOf } from '../fixtures/deployed-functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'

await needsEngine(t)

const KEY = 'key-of-the-platform-0123456789'

t.setTimeout(240_000)

/** Calls the platform as a user's code would, and tells status and body. */
const CALLER = `
export const handler = async ({ path, method = 'POST', body, headers = {} }) => {
  const url = process.env.AWS_ENDPOINT_URL + path
  const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return { status: response.status, body: await response.text() }
}`
const CALLED = 'export const handler = async ({ n }) => n * 2'

t.test('without a key no function reaches the API, and is told why', async (t) => {
  const platform = await startPlatform()
  t.teardown(() => platform.stop())
  const { deploy, call, result } = functionsOf(platform)
  const called = await deploy(CALLED)
  const needsKey = /the platform's API failed: .* only where callers need a key: set HEARTH_API_KEY/
  for (const egress of ['public', 'none', ['127.0.0.1:1']] as const) {
    const caller = await deploy(CALLER, {
      egress: typeof egress === 'string' ? egress : [...egress],
    })
    for (const path of [`/functions/${called}/invocations`, '/functions', '/storage/events']) {
      const { functionError } = (await call(caller, { path, body: {} })).body
      t.match(JSON.stringify(functionError), needsKey, `${egress} ${path}`)
    }
  }
  const child = await deploy(
    `import { execSync } from 'node:child_process'
     export const handler = async () => String(execSync('curl -sS -w "%{http_code}" $AWS_ENDPOINT_URL/functions'))`,
  )
  t.match(await result(child), /only where callers need a key: set HEARTH_API_KEY\s+502$/)
})

t.test('with a key a function needs it like everybody, and a right one is enough', async (t) => {
  const platform = await startPlatform({ HEARTH_API_KEY: KEY })
  t.teardown(() => platform.stop())
  const { deploy, result } = functionsOf(platform, { authorization: `Bearer ${KEY}` })
  const called = await deploy(CALLED)
  const caller = await deploy(CALLER)
  const call = { path: `/functions/${called}/invocations`, body: { n: 21 } }
  t.match(await result(caller, call), { status: 401, body: /Unauthorized/ })
  for (const authorization of ['Bearer wrong-key-of-the-platform', 'Bearer ', `Basic ${KEY}`]) {
    t.match(await result(caller, { ...call, headers: { authorization } }), { status: 401 })
  }
  const reads = ['/functions', `/functions/${called}`, '/buckets', `/functions/${called}/logs`]
  for (const path of reads) t.match(await result(caller, { path, method: 'GET' }), { status: 401 })
  const forged = { path: '/storage/events', body: { Records: [] } }
  t.match(await result(caller, forged), { status: 401 })
  const headers = { authorization: `Bearer ${KEY}` }
  t.match(await result(caller, { ...forged, headers }), { status: 401 }, 'has a token of its own')
  const closed = await deploy(CALLER, { egress: 'none' })
  t.same(await result(closed, { ...call, headers }), { status: 200, body: '42' }, 'egress none')
  t.match(await result(caller, { ...call, headers: { ...headers, prefer: 'respond-async' } }), {
    status: 202,
  })
  t.same(await result(caller, { ...call, headers }), { status: 200, body: '42' })
})
