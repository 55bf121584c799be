import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'

const KEY = 'a-key-of-a-test-of-the-board'
const PAGE = '/console/queue-board/'

t.test('the board shows what BullMQ has, to who has the key, and changes nothing', async (t) => {
  const { call } = await startGateway(t, { apiKey: KEY })
  t.equal((await call(`GET ${PAGE}`)).status, 401)
  t.equal((await call(`GET ${PAGE}api/queues`)).status, 401)
  const headers = { authorization: `Bearer ${KEY}` }
  const source = 'export const handler = async () => 1'
  await call('POST /functions', { json: { name: 'f', source }, headers })
  const moved = await call('GET /console/queue-board', { headers })
  t.equal(moved.headers.location, PAGE)
  const page = await call(`GET ${PAGE}`, { headers })
  t.equal(page.status, 200)
  t.match(page.headers['content-security-policy'], /script-src 'self';/)
  t.match(page.text, '<base href="/console/queue-board/"')
  const [, script] = /src="(static\/js\/[^"]+)"/.exec(page.text) ?? []
  t.match((await call(`GET ${PAGE}${script}`, { headers })).headers['content-type'], /javascript/)
  const json = { type: 'schedule', schedule: 'rate(1 day)' }
  await call('POST /functions/f/triggers', { json, headers })
  const { queues } = (await call(`GET ${PAGE}api/queues`, { headers })).body
  t.match(queues, [{ name: 'turns', readOnlyMode: true }])
  const paused = await call(`PUT ${PAGE}api/queues/turns/pause`, { headers })
  t.equal(paused.status, 404)
})

t.test('it does not hang where Redis is away', async (t) => {
  const { call, redis } = await startGateway(t)
  t.equal((await call(`GET ${PAGE}api/queues`)).status, 200)
  await redis.kill()
  t.equal((await call(`GET ${PAGE}api/queues`)).status, 500)
})
