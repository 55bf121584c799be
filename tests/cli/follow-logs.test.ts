import t from 'tap'
import { linesAfter } from '../../cli/follow-logs.ts'

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
