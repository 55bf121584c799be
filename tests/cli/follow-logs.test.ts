import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { Client } from '../../cli/client.ts'
import { type Following, follow } from '../../cli/follow-logs.ts'
import { startAnswering } from '../fixtures/answering.ts'

const time = (second: number) => `2026-01-01T00:00:0${second}.000Z`
const sent = (id: number) =>
  `id: ${id}\nevent: line\ndata: ${JSON.stringify({ time: time(id), text: `line ${id}` })}\n\n`

/** Each connection is answered by the next of `answers`; resolves when `until` was shown. */
async function followed(
  t: Test,
  until: string,
  answers: ((response: ServerResponse) => void)[],
): Promise<{ asked: unknown[]; shown: string[]; missed: number[]; away: boolean[] }> {
  const [asked, shown, missed]: [unknown[], string[], number[]] = [[], [], []]
  const away: boolean[] = []
  const stop = new AbortController()
  t.teardown(() => stop.abort())
  const url = await startAnswering(t, ({ headers }, response) => {
    const answer = answers[asked.push(headers['last-event-id']) - 1]
    answer?.(response)
  })
  const following: Following = {
    name: 'f',
    filter: { level: 'warn' },
    page: { after: '1' },
    signal: stop.signal,
    missed: (lines) => missed.push(lines),
    away: (problem) => away.push(problem !== undefined),
    show: ({ text }) => {
      shown.push(text)
      if (text === until) stop.abort()
    },
  }
  await follow(new Client({ url, apiKey: undefined }), following)
  return { asked, shown, missed, away }
}

const streams = (response: ServerResponse, text: string) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(text)
}
const refuses =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end('<html>away</html>')

t.test('lines that are told live are shown once, over a connection that breaks', async (t) => {
  const { asked, shown, missed } = await followed(t, 'line 3', [
    (response) => {
      // The second line in two pieces, and the connection gone after it.
      const second = sent(2)
      streams(response, `: hello\n\nevent: missed\ndata: {"lines": 7}\n\n${second.slice(0, 20)}`)
      setTimeout(() => response.end(second.slice(20)), 20)
    },
    (response) => streams(response, sent(3)),
  ])
  t.same(shown, ['line 2', 'line 3'])
  t.same(asked, ['1', '2'])
  t.same(missed, [7])
})

t.test(
  'a platform that starts again, or has no room, is asked again from where it was',
  async (t) => {
    const { asked, shown } = await followed(t, 'line 3', [
      (response) => {
        streams(response, sent(2))
        response.end()
      },
      refuses(503),
      refuses(502),
      refuses(429, { 'retry-after': '0' }),
      (response) => streams(response, sent(3)),
    ])
    t.same(shown, ['line 2', 'line 3'], 'nothing twice')
    t.same(asked, ['1', '2', '2', '2', '2'])
  },
)

t.test('each try is told of, with why nobody was reached', async (t) => {
  const hangsUp = (response: ServerResponse) => void response.destroy()
  const { shown, away } = await followed(t, 'line 3', [
    (response) => {
      streams(response, sent(2))
      response.end()
    },
    hangsUp,
    hangsUp,
    (response) => streams(response, sent(3)),
  ])
  t.same(shown, ['line 2', 'line 3'])
  t.same(away, [false, true, true, false])
})

t.test('what is refused for good ends it', async (t) => {
  await t.rejects(followed(t, '', [refuses(404)]), { name: 'Problem', message: /404/ })
})
