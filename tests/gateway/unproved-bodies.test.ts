import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startGateway } from '../fixtures/gateway.ts'
import { rawRequest, sendRaw } from '../fixtures/raw-http.ts'
import { eventually } from '../fixtures/rest.ts'
import { KEY, type SigningOptions, signedHeaders } from '../fixtures/signing.ts'

const ROUTE = 'POST /2015-03-31/functions'
const LARGE = Buffer.alloc(2 * 1024 * 1024, 'x')
const WRONG = { ...KEY, secretAccessKey: 'not the secret of that key' }

async function start(t: Test): Promise<string> {
  const accessKeysFile = join(t.testdir({ 'keys.json': '' }), 'keys.json')
  await writeFile(accessKeysFile, JSON.stringify({ keys: [{ ...KEY, statements: [] }] }))
  const { app } = await startGateway(t, { accessKeysFile })
  return await app.listen({ host: '127.0.0.1', port: 0 })
}

async function forged(body: string | Buffer, options: SigningOptions = {}): Promise<Buffer> {
  const headers = await signedHeaders(ROUTE, { key: WRONG, ...options })
  return rawRequest(ROUTE, {
    host: '127.0.0.1:4327',
    headers: { ...headers, 'content-length': String(LARGE.length) },
    body,
  })
}

t.test(
  'a forged signature is refused before its body is there, where it tells the hash',
  async (t) => {
    const url = await start(t)
    const { status, text } = await sendRaw(url, await forged('only its beginning'))
    t.equal(status, 403)
    t.match(text, /signature we calculated does not match/)
  },
)

t.test(
  'so many large bodies are read before it is known whose they are, and no more',
  async (t) => {
    const url = await start(t)
    const options = { withoutHashHeader: true }
    const begun = await forged('only its beginning', options)
    const sockets = Array.from({ length: 16 }, () =>
      connect(Number(new URL(url).port), '127.0.0.1'),
    )
    t.teardown(() => {
      for (const socket of sockets) socket.destroy()
    })
    for (const socket of sockets) socket.on('error', () => undefined).write(begun)
    const whole = await forged(LARGE, options)
    const answer = (wanted: number) =>
      eventually(`${wanted}`, async () => {
        const one = await sendRaw(url, whole)
        return one.status === wanted ? one : undefined
      })
    const refused = await answer(429)
    t.match(refused.text, /16 large bodies/)
    t.equal(refused.headers.get('retry-after'), '5')
    t.equal(refused.headers.get('x-amzn-errortype'), 'TooManyRequestsException')
    const small = await signedHeaders(ROUTE, { key: WRONG, body: '{}', ...options })
    const other = rawRequest(ROUTE, { host: '127.0.0.1:4327', headers: small, body: '{}' })
    t.equal((await sendRaw(url, other)).status, 403, 'small ones go on')
    sockets[0]?.destroy()
    t.match((await answer(403)).text, /signature we calculated does not match/)
  },
)
