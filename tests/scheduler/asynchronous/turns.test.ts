import t from 'tap'
import { keys } from '../../../core/keys.ts'
import { startQueue } from '../../fixtures/asynchronous.ts'

const echo = { answer: (event: unknown) => ({ result: event }) }

t.test('accepted events run and end with their results', async (t) => {
  const queue = await startQueue(t)
  const node = await queue.node('n1', echo)
  const ids = await Promise.all(
    Array.from({ length: 50 }, (_, i) => queue.accept(`f${i % 5}`, { i })),
  )
  for (const [i, id] of ids.entries()) {
    t.match(await queue.ended(id), { state: 'succeeded', result: { i } })
  }
  t.equal(node.runs.size, 50)
  t.equal(await queue.server.redis.scard(keys.backlogs), 0, 'no backlog is left')
})
