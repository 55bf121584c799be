import t from 'tap'
import { isWanted, TOPICS } from '../../bench/topics.ts'

const wanted = (topics: string[], quick: boolean) =>
  Object.keys(TOPICS).filter((name) => isWanted(name, { topics, quick }))

t.test('a full run leaves out only what stands alone', async (t) => {
  const left = Object.keys(TOPICS).filter((name) => !wanted([], false).includes(name))
  t.same(left, ['records', 'hostile'])
})

t.test('a quick run measures the main figures', async (t) => {
  t.same(wanted([], true), ['cold', 'deploy', 'warm', 'open', 'asynchronous', 'objects'])
})

t.test('what is named is measured, whatever its extent', async (t) => {
  t.same(wanted(['hostile', 'idle'], true), ['idle', 'hostile'])
})
