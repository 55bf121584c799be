import t, { type Test } from 'tap'
import { noTimings } from '../../core/invocations/timings.ts'
import { streamAnswer } from '../../core/links/answer-stream.ts'
import type { InvokeLink } from '../../core/links/invoke-link.ts'
import { createLogger } from '../../core/logs/logger.ts'
import { LinkServer } from '../../scheduler/link-server.ts'

import { clientOf, echo, HOST, request, serve, TOKEN } from '../fixtures/link.ts'

async function writer(t: Test, bytes: number) {
  const state = { written: 0, paused: false, left: false }
  const link: InvokeLink = {
    ...echo,
    invokeStream: () =>
      streamAnswer(async (stream) => {
        let go = () => {}
        stream.connect({
          pause: () => {
            state.paused = true
          },
          resume: () => {
            state.paused = false
            go()
          },
          leave: () => {
            state.left = true
          },
        })
        stream.begin('7', 'text/plain')
        const piece = Buffer.alloc(100_000, 7)
        while (state.written < bytes) {
          if (state.paused) {
            await new Promise<void>((resolve) => {
              go = resolve
            })
          }
          stream.push(piece)
          state.written += piece.length
        }
        return {
          executedVersion: '7',
          result: Buffer.alloc(0),
          timings: noTimings(),
          logTail: 'END',
        }
      }),
  }
  const server = new LinkServer({ link, token: TOKEN, log: createLogger({ LOG_LEVEL: 'silent' }) })
  const port = await server.listen(0, HOST)
  t.teardown(() => server.close())
  return { state, server, client: clientOf(t, port) }
}

const BYTES = 20_000_000
/** Both windows, what they are overrun by, and what no window sees. */
const HELD_BYTES_MAX = 1_000_000

async function settled(state: { written: number }): Promise<void> {
  for (let last = -1; last !== state.written; ) {
    last = state.written
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

t.test('a stream crosses the link whole, and waits for a slow reader', async (t) => {
  const { state, client } = await writer(t, BYTES)
  const answer = await client.invokeStream(request('stream'))
  t.match(answer, { executedVersion: '7', contentType: 'text/plain' })
  await settled(state)
  t.ok(state.written < HELD_BYTES_MAX, `${state.written} bytes were written while nobody read`)
  t.equal(String((await client.invoke(request('other'))).result), 'other', 'others go by')

  let bytes = 0
  for await (const chunk of answer.chunks) bytes += (chunk as Buffer).length
  t.equal(bytes, BYTES)
  t.match(await answer.done, { executedVersion: '7', logTail: 'END' })
})

t.test('many streams at once find their readers', async (t) => {
  const { port } = await serve(t, 0)
  const client = clientOf(t, port)
  const ids = Array.from({ length: 50 }, (_, n) => `${n}`)
  const answers = await Promise.all(ids.map((id) => client.invokeStream(request(id))))
  const texts = await Promise.all(
    answers.map(async ({ chunks }) => Buffer.concat(await chunks.toArray()).toString()),
  )
  t.same(texts, ids)
})

t.test('a reader that leaves lets the function run on', async (t) => {
  const { state, client } = await writer(t, BYTES)
  const answer = await client.invokeStream(request('stream'))
  answer.chunks.destroy()
  t.match(await answer.done, { executedVersion: '7' })
  t.same(state, { written: BYTES, paused: false, left: true })
})

t.test('so does a gateway that goes away', async (t) => {
  const { state, client } = await writer(t, BYTES)
  const answer = await client.invokeStream(request('stream'))
  answer.done.catch(() => undefined)
  await settled(state)
  await client.close()
  await t.rejects(answer.done, { code: 'SchedulerUnavailable' })
  await settled(state)
  t.equal(state.written, BYTES)
})

t.test('a stream whose scheduler goes away ends, and says why', async (t) => {
  const { server, client } = await writer(t, BYTES)
  const answer = await client.invokeStream(request('stream'))
  const read = answer.chunks.toArray()
  await server.close()
  await t.rejects(answer.done, { code: 'SchedulerUnavailable' })
  await read
})
