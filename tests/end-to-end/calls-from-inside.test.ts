import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import type { Invocation } from '../../core/invocations/invocation.ts'
import { functionsOf } from '../fixtures/deployed-functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { eventually, rest } from '../fixtures/rest.ts'

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

t.test('without a key a function invokes functions, and does nothing else', async (t) => {
  const platform = await startPlatform()
  t.teardown(() => platform.stop())
  const { deploy, result } = functionsOf(platform)
  const called = await deploy(CALLED)
  for (const egress of ['public', 'none', ['127.0.0.1:1']] as const) {
    const caller = await deploy(CALLER, {
      egress: typeof egress === 'string' ? egress : [...egress],
    })
    const invocations = [
      `/functions/${called}/invocations`,
      `/2015-03-31/functions/${called}/invocations`,
    ]
    for (const path of invocations) {
      const call = { path, body: { n: 21 } }
      t.same(await result(caller, call), { status: 200, body: '42' }, `${egress} ${path}`)
    }
    const others = [
      ['GET', '/functions'],
      ['DELETE', `/functions/${called}`],
      ['GET', '/2015-03-31/functions'],
      ['DELETE', `/2015-03-31/functions/${called}`],
      ['GET', '/buckets'],
      ['POST', '/restore'],
    ]
    for (const [method, path] of others) {
      const refused = { status: 403, body: /may invoke functions, and not do/ }
      t.match(await result(caller, { path, method }), refused, `${method} ${path}`)
    }
    t.match(await result(caller, { path: '/storage/events', body: {} }), { status: 401 })
  }
  t.equal((await rest(`${platform.url}/functions/${called}`)).status, 200, 'it is still there')
  const child = await deploy(
    `import { execSync } from 'node:child_process'
     export const handler = async () => String(execSync('curl -sS -w "%{http_code}" $AWS_ENDPOINT_URL/functions'))`,
  )
  t.match(await result(child), /may invoke functions.*403$/s)
})

t.test('what is no HTTP, or comes without the token, gets nowhere', async (t) => {
  const platform = await startPlatform()
  t.teardown(() => platform.stop())
  const said = (text: string) =>
    new Promise<string>((resolve) => {
      let heard = ''
      const socket = connect(join(platform.dataDir, 'functions.sock'), () => socket.write(text))
      socket.on('data', (bytes) => {
        heard += bytes
      })
      socket.on('error', () => undefined).on('close', () => resolve(heard))
    })
  const request = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  t.equal(await said(request), '')
  t.equal(await said(`FUNCTION wrong\n${request}`), '')
  t.equal(await said('x'.repeat(1000)), '')
  const { linkToken } = JSON.parse(await readFile(join(platform.dataDir, 'secrets.json'), 'utf8'))
  const inOnePiece = await said(`FUNCTION ${linkToken}\n${request}`)
  t.match(inOnePiece, /^HTTP\/1\.1 200 OK/, 'a request may come with the line')
  t.equal((await rest(`${platform.url}/health/live`)).status, 200)
})

t.test(
  'with a key a function needs it for all else, like everybody, and a right one is enough',
  async (t) => {
    const platform = await startPlatform({ HEARTH_API_KEY: KEY })
    t.teardown(() => platform.stop())
    const { deploy, result } = functionsOf(platform, { authorization: `Bearer ${KEY}` })
    const called = await deploy(CALLED)
    const caller = await deploy(CALLER)
    const call = { path: `/functions/${called}/invocations`, body: { n: 21 } }
    t.match(await result(caller, call), { status: 200, body: '42' }, 'invoking it may')
    const change = { path: `/functions/${called}`, method: 'PATCH', body: { memoryMb: 256 } }
    for (const authorization of ['Bearer wrong-key-of-the-platform', 'Bearer ', `Basic ${KEY}`]) {
      t.match(await result(caller, { ...change, headers: { authorization } }), { status: 401 })
    }
    const json = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` }
    t.match(await result(caller, { ...change, headers: json }), { status: 200 })
    const reads = ['/functions', `/functions/${called}`, '/buckets', `/functions/${called}/logs`]
    for (const path of reads)
      t.match(await result(caller, { path, method: 'GET' }), { status: 401 })
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
  },
)

t.test('a function that calls itself is stopped, by the API as by storage', async (t) => {
  const platform = await startPlatform({ HEARTH_API_KEY: KEY })
  t.teardown(() => platform.stop())
  const authorization = { authorization: `Bearer ${KEY}` }
  const { deploy, result } = functionsOf(platform, authorization)
  const caller = await deploy(
    `export const handler = async ({ how }) => {
       const name = process.env.AWS_LAMBDA_FUNCTION_NAME
       const headers = { authorization: 'Bearer ${KEY}', ...how }
       const url = process.env.AWS_ENDPOINT_URL + '/functions/' + name + '/invocations'
       const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ how }) })
       return { status: answer.status, body: await answer.json() }
     }`,
  )
  const url = `${platform.url}/functions/${caller}/invocations`
  await result(caller, { how: { prefer: 'respond-async' } })
  const all = await eventually('the last one is refused', async () => {
    const { body } = await rest<{ invocations: Invocation[] }>(`${url}?type=Event&limit=100`, {
      headers: authorization,
    })
    return body.invocations[0]?.state === 'failed' ? body.invocations : undefined
  })
  t.equal(all.length, 16, 'the first was not one of these')
  t.match(all[0], { cause: { depth: 16 }, error: { errorType: 'RecursiveInvocation' } })
  let answer = (await result(caller, { how: {} })) as { status: number; body: unknown }
  for (let depth = 1; depth < 16; depth += 1) {
    t.equal(answer.status, 200, `at depth ${depth}`)
    answer = answer.body as typeof answer
  }
  t.match(answer, { status: 400, body: { error: { code: 'RecursiveInvocation' } } })
})
