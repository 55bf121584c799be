import t from 'tap'
import { startFunctionAddress } from '../fixtures/function-address.ts'

const { call, hostOf, link, send, answerWith } = await startFunctionAddress(t)
const host = await hostOf('page')
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`
const REST = 'POST /functions/page/invocations'
const LAMBDA = 'POST /2015-03-31/functions/page/invocations'

t.test('a trace context goes on to the scheduler, by whichever way it comes', async (t) => {
  for (const route of [REST, LAMBDA] as const) {
    await call(route, { json: {}, headers: { traceparent } })
    t.equal(link.requests.at(-1)?.traceparent, traceparent, route)
    await call(route, { json: {}, headers: { traceparent: 'no context' } })
    t.equal(link.requests.at(-1)?.traceparent, undefined, route)
  }
  answerWith('ok')
  await send(`GET / HTTP/1.1\nhost: ${host}\ntraceparent: ${traceparent}`)
  t.equal(link.requests.at(-1)?.traceparent, traceparent, 'function URL')
})

t.test('an asynchronous invocation keeps it in its cause', async (t) => {
  const ways = [
    [REST, { prefer: 'respond-async' }],
    [LAMBDA, { 'x-amz-invocation-type': 'Event' }],
  ] as const
  for (const [route, headers] of ways) {
    const { status } = await call(route, { json: {}, headers: { ...headers, traceparent } })
    t.equal(status, 202, route)
  }
  const { body } = await call('GET /functions/page/invocations')
  t.strictSame(
    body.invocations.map(({ cause }: { cause: object }) => cause),
    ways.map(() => ({ kind: 'request', traceparent })),
  )
})
