import t from 'tap'
import { PEERS } from '../../../bench/peers/known.ts'
import { titleOf } from '../../../bench/peers/running.ts'
import manifest from '../../../package.json' with { type: 'json' }

t.test('every peer runs the same handler, on the port that it is given', async (t) => {
  for (const peer of PEERS) {
    const said = [...Object.values(peer.files(4711)), ...peer.command('node', 4711)].join('\n')
    t.match(said, 'async (event) => ({ ok: true, n: event.n })', peer.name)
    t.match(said, '4711', peer.name)
  }
})

t.test(
  'every peer is called by its version, and none is a dependency of the product',
  async (t) => {
    const own = { ...manifest.dependencies, ...manifest.devDependencies }
    for (const peer of PEERS) {
      t.match(titleOf(peer), / \d+\.\d+/)
      for (const { name } of peer.packages) t.notOk(name in own, name)
    }
  },
)
