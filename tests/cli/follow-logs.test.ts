import { once } from 'node:events'
import { createServer } from 'node:http'
import t from 'tap'
import { Client } from '../../cli/client.ts'
import { follow, linesAfter } from '../../cli/follow-logs.ts'

const lines = (texts: string) => [...texts].map((text) => ({ time: 't', text }))
const texts = (before: string, now: string) =>
  linesAfter(lines(before), lines(now))
    .map(({ text }) => text)
    .join('')

t.test('of a page, the lines are new that follow the page before', async (t) => {
  for (const [before, now, fresh] of [
    ['', 'abc', 'abc'],
    ['abc', 'abc', ''],
    ['abc', 'abcd', 'd'],
    ['abc', 'bcde', 'de'],
    ['bc', 'abcd', 'd'],
    ['abc', 'xyz', 'xyz'],
    ['aa', 'aaa', 'a'],
    ['abc', '', ''],
  ] as const) {
    t.equal(texts(before, now), fresh, `${before} → ${now}`)
  }
})

t.test('lines that are told live are shown once, over a connection that breaks', async (t) => {
  const asked: (string | undefined)[] = []
  const time = (second: number) => `2026-01-01T00:00:0${second}.000Z`
  const sent = (id: number) =>
    `id: ${id}\nevent: line\ndata: ${JSON.stringify({ time: time(id), text: `line ${id}` })}\n\n`
  const server = createServer(({ headers }, response) => {
    const last = headers['last-event-id'] as string | undefined
    asked.push(last)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    // The second line in two pieces, and the connection gone after it.
    if (last === undefined) {
      const second = sent(2)
      const missed = 'event: missed\ndata: {"lines": 7}\n\n'
      response.write(`: hello\n\n${sent(1)}${missed}${second.slice(0, 20)}`)
      setTimeout(() => response.end(second.slice(20)), 20)
    } else response.write(sent(Number(last) + 1))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = new AbortController()
  t.teardown(() => {
    stop.abort()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { port: number }
  const client = new Client({ url: `http://127.0.0.1:${port}`, apiKey: undefined })
  const shown: string[] = []
  const missed: number[] = []
  const following = follow(client, {
    name: 'f',
    filter: { level: 'warn' },
    page: { lines: [{ time: time(1), text: 'line 1' }] },
    signal: stop.signal,
    missed: (lines) => missed.push(lines),
    show: ({ text }) => {
      shown.push(text)
      if (text === 'line 3') stop.abort()
    },
  })
  await following
  t.same(shown, ['line 2', 'line 3'], 'what was seen before is not shown again')
  t.same(asked, [undefined, '2'])
  t.same(missed, [7])
})
