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

t.test('Lines have their level and data, and are found by them', async (t) => {
  const { call, create, parts } = await startGateway(t)
  await create('f')
  const write = (timeMs: number, text: string) => parts.logs.write('f', { timeMs, text })
  write(1000, '{"level":"WARN","message":"low on disk","free":7}')
  write(2000, '2026-01-01T00:00:00.000Z\tabc\tERROR\tno such file')
  write(3000, 'plain')
  const ask = async (query: string) => (await call(`GET /functions/f/logs?${query}`)).body.lines
  t.match(await ask(''), [
    { level: 'WARN', data: { message: 'low on disk', free: 7 } },
    { level: 'ERROR', data: undefined },
    { level: undefined, data: undefined, text: 'plain' },
  ])
  t.equal((await ask('level=warn')).length, 2)
  t.equal((await ask('level=ERROR')).length, 1)
  t.match(await ask('search=DISK'), [{ level: 'WARN' }])
  t.match(await ask('from=1970-01-01T00:00:02Z&to=2500'), [{ level: 'ERROR' }])
  t.equal((await ask('from=2000')).length, 2)
  const refused = await call('GET /functions/f/logs?from=yesterday')
  t.match(refused, { status: 400, body: { error: { message: /"from" is no time/ } } })
  t.equal((await call('GET /functions/f/logs?level=loud')).status, 400)
})

t.test('The answer says how much is kept, what is gone, and where to go on', async (t) => {
  const { call, create, parts } = await startGateway(t)
  await create('f')
  const empty = await call('GET /functions/f/logs')
  t.match(empty.body, { lines: [], kept: { lines: 0, droppedLines: 0 }, after: '0-0' })
  for (let index = 0; index < 25_000; index += 1) {
    parts.logs.write('f', { timeMs: index, text: `${index}` })
  }
  const { body } = await call('GET /functions/f/logs?limit=1')
  t.match(body, {
    lines: [{ text: '24999' }],
    kept: { linesMax: 10_000, bytesMax: 8 * 1024 * 1024, days: 7, droppedUntil: /Z$/ },
    after: /^\d+-25000$/,
  })
  t.ok(body.kept.droppedLines >= 14_800 && body.kept.droppedLines <= 15_000)
})
