import t from 'tap'
import { LayerStore } from '../../../core/functions/layer-store.ts'
import { startRedis } from '../../fixtures/redis.ts'

const server = await startRedis()
t.teardown(() => server.stop())
t.beforeEach(() => server.redis.flushall())
const layers = new LayerStore(server.redis)

const version = (name: string) => ({
  name,
  description: '',
  createdAt: new Date().toISOString(),
  codeSha256: 'x',
  codeSize: 1,
  compatibleRuntimes: [],
  compatibleArchitectures: [],
  licenseInfo: '',
})

t.test('a layer is listed for as long as it has a version', async (t) => {
  await layers.publish(version('b'))
  await layers.publish(version('a'))
  await layers.publish(version('a'))
  t.same(await layers.names(), ['a', 'b'])
  await layers.remove('a', 1)
  await layers.remove('a', 1)
  t.same(await layers.names(), ['a', 'b'])
  await layers.remove('a', 2)
  t.same(await layers.names(), ['b'])
  await t.rejects(layers.read('a', 2), { code: 'LayerNotFound' })
})

t.test('a number is given once, also where its version is gone', async (t) => {
  const first = await layers.publish(version('a'))
  await layers.remove('a', first.version)
  t.equal((await layers.publish(version('a'))).version, 2)
  const many = await Promise.all(Array.from({ length: 50 }, () => layers.publish(version('a'))))
  t.equal(new Set(many.map((one) => one.version)).size, 50)
})

t.test('what is published while the last version goes stays in the list', async (t) => {
  let last = (await layers.publish(version('a'))).version
  for (let round = 0; round < 200; round += 1) {
    const [published] = await Promise.all([layers.publish(version('a')), layers.remove('a', last)])
    last = published.version
    const listed = await layers.names()
    if (!listed.includes('a')) return t.fail(`lost from the list in round ${round}`)
  }
  return t.pass('listed after each of 200 rounds')
})
