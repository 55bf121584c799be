import t from 'tap'
import { parseArguments, UsageError } from '../../bench/arguments.ts'

const TOPICS = ['warm', 'cold']
const parse = (...words: string[]) => parseArguments(words, TOPICS)

t.test(
  'without words everything is measured, in full, and nothing is written into docs/',
  async (t) => {
    t.match(parse(), { topics: [], quick: false, write: false, peers: [] })
    t.match(parse().json, /\.hearth\/bench\.json$/)
  },
)

t.test('topics are named, and options stand anywhere between them', async (t) => {
  t.match(parse('warm', '--quick', '--json', 'out.json', 'cold'), {
    topics: ['warm', 'cold'],
    quick: true,
    json: 'out.json',
  })
})

t.test('peers are named as often as wanted, and keep what their URL has', async (t) => {
  const { peers } = parse('--peer', 'fn=http://127.0.0.1:8080/t/a', '--peer=rie=http://h:1/x?y=z')
  t.same(peers, [
    { name: 'fn', url: 'http://127.0.0.1:8080/t/a' },
    { name: 'rie', url: 'http://h:1/x?y=z' },
  ])
})

for (const [title, words] of [
  ['a topic that is not there', ['worm']],
  ['an option that is not there', ['--slow']],
  ['a peer without a name', ['--peer', '=http://127.0.0.1:1']],
  ['a peer without a URL', ['--peer', 'fn']],
  ['a peer that the load generator cannot speak to', ['--peer', 'fn=https://127.0.0.1:1']],
  ['two peers of one name', ['--peer', 'fn=http://h:1', '--peer', 'fn=http://h:2']],
  ['a part of the run for docs/', ['--write', 'warm']],
  ['a quick run for docs/', ['--write', '--quick']],
] as const) {
  t.test(`${title} is refused`, async (t) => {
    t.throws(() => parse(...words), UsageError)
  })
}
