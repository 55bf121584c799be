import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'

t.test('The last lines of a function, and those of one invocation', async (t) => {
  const { call, create, parts } = await startGateway(t)
  await create('f')
  const timeMs = Date.now()
  const time = new Date(timeMs).toISOString()
  for (let index = 0; index < 10; index += 1) {
    parts.logs.write('f', { timeMs, invocationId: `i-${index % 2}`, text: `line ${index}` })
  }
  const texts = (body: { lines: { text: string }[] }) => body.lines.map(({ text }) => text)
  const all = await call('GET /functions/f/logs')
  t.equal(all.body.lines.length, 10)
  t.strictSame(all.body.lines[0], { time, invocationId: 'i-0', text: 'line 0' })
  t.strictSame(texts((await call('GET /functions/f/logs?limit=2')).body), ['line 8', 'line 9'])
  const one = await call('GET /functions/f/logs?invocation=i-1&limit=3')
  t.strictSame(texts(one.body), ['line 5', 'line 7', 'line 9'])
  t.equal((await call('GET /functions/f/logs?limit=1001')).status, 400)
  t.equal((await call('GET /functions/f/logs?tail=1')).status, 400)
  t.equal((await call('GET /functions/g/logs')).status, 404)
})
