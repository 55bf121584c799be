import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'

const ASYNC = { headers: { prefer: 'respond-async' } }

t.test('Invocations are listed newest first, in pages and by state', async (t) => {
  const { call, create } = await startGateway(t)
  await create('f')
  const ids: string[] = []
  for (let index = 0; index < 3; index += 1) {
    ids.unshift((await call('POST /functions/f/invocations', ASYNC)).body.id)
  }
  const idsOf = (body: { invocations: { id: string }[] }) => body.invocations.map(({ id }) => id)
  t.strictSame(idsOf((await call('GET /functions/f/invocations')).body), ids)
  const page = await call('GET /functions/f/invocations?limit=2')
  t.strictSame(idsOf(page.body), ids.slice(0, 2))
  const rest = await call(`GET /functions/f/invocations?limit=2&cursor=${page.body.cursor}`)
  t.strictSame(idsOf(rest.body), ids.slice(2))
  t.strictSame(idsOf((await call('GET /functions/f/invocations?state=failed')).body), [])
  t.equal((await call('GET /functions/f/invocations?state=lost')).status, 400)
  t.equal((await call('GET /functions/f/invocations?limit=0')).status, 400)
  t.equal((await call('GET /functions/g/invocations')).status, 404)
})

t.test('A queued invocation can be taken back, once', async (t) => {
  const { call, create } = await startGateway(t)
  await create('f')
  const { id } = (await call('POST /functions/f/invocations', ASYNC)).body
  const cancelled = await call(`DELETE /invocations/${id}`)
  t.equal(cancelled.status, 200)
  t.match(cancelled.body, { id, state: 'cancelled' })
  const again = await call(`DELETE /invocations/${id}`)
  t.equal(again.status, 409)
  t.match(again.body, { error: { code: 'InvocationNotCancellable', message: /is cancelled/ } })
})

t.test('An id that nobody has is not known', async (t) => {
  const { call } = await startGateway(t)
  for (const method of ['GET', 'DELETE']) {
    const answer = await call(`${method} /invocations/00000000-0000-0000-0000-000000000000`)
    t.equal(answer.status, 404)
    t.match(answer.body, { error: { code: 'InvocationNotFound' } })
    t.equal((await call(`${method} /invocations/..%2Ffunctions`)).status, 400)
  }
})
