import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readSetupResult } from '../../../setup/setup-result.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const { console: built } = readSetupResult()
const skip = built.state === 'missing' && built.reason
const files = built.state === 'ready' ? readdirSync(join(built.value, 'assets')) : []

t.test('The page runs its own scripts alone, and is shown in no other', { skip }, async (t) => {
  const { call } = await startGateway(t)
  const { status, headers, text } = await call('GET /console')
  t.equal(status, 200)
  t.match(headers['content-type'], /text\/html/)
  const policy = String(headers['content-security-policy'])
  t.match(policy, /default-src 'none'/)
  t.match(policy, /connect-src 'self'/)
  t.match(policy, /frame-ancestors 'none'/)
  t.notMatch(policy, /unsafe/)
  t.notMatch(text, /<script(?![^>]*\bsrc=)/, 'no script in the page')
  t.notMatch(text, /<style|\bstyle=/, 'no style in the page')
  t.notMatch(text, /(?:src|href)="https?:/, 'nothing from elsewhere')
  t.equal(headers['cache-control'], 'no-cache')
})

t.test('Every address within the console is the page', { skip }, async (t) => {
  const { call } = await startGateway(t)
  for (const path of ['/console/', '/console/functions/hello/test', '/console/a.b']) {
    const answer = await call(`GET ${path}`)
    t.match(answer.headers['content-type'], /text\/html/, path)
  }
})

t.test('Files that are named by their content are kept for good', { skip }, async (t) => {
  const { call } = await startGateway(t)
  const script = files.find((name) => name.endsWith('.js'))
  const { status, headers } = await call(`GET /console/assets/${script}`)
  t.equal(status, 200)
  t.match(headers['content-type'], /javascript/)
  t.match(headers['cache-control'], /max-age=31536000, immutable/)
  const packed = await call(`GET /console/assets/${script}`, {
    headers: { 'accept-encoding': 'gzip' },
  })
  t.equal(packed.headers['content-encoding'], 'gzip')
})

t.test('A file that is not there is no page', { skip }, async (t) => {
  const { call } = await startGateway(t)
  t.equal((await call('GET /console/assets/nothing.js')).status, 404)
  t.equal((await call('GET /console/assets/..%2findex.html')).status, 404)
  t.equal((await call('GET /console/assets/../../package.json')).status, 404)
})
