import t from 'tap'
import { parseServerTiming } from '../../console/src/server-timing.ts'

t.test(
  'The header of an invocation is split into its places, its total and its reason',
  async (t) => {
    const header =
      'queue;dur=0.1, acquire;dur=1.2;desc="generic", code;dur=0.3, init;dur=1.9, handler;dur=0.8, ' +
      'response;dur=0.4, total;dur=4.7, why;desc="none of this version ran, yet"'
    const timing = parseServerTiming(header)
    t.same(
      timing?.parts.map(({ name, ms }) => [name, ms]),
      [
        ['queue', 0.1],
        ['acquire', 1.2],
        ['code', 0.3],
        ['init', 1.9],
        ['handler', 0.8],
        ['response', 0.4],
      ],
    )
    t.equal(timing?.parts[1]?.note, 'generic')
    t.equal(timing?.totalMs, 4.7)
    t.equal(timing?.why, 'none of this version ran, yet')
  },
)

t.test('Without a header, or with one of another kind, there is nothing to show', async (t) => {
  t.equal(parseServerTiming(null), undefined)
  t.equal(parseServerTiming(''), undefined)
  t.equal(parseServerTiming('what is this'), undefined)
})
