import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { connectRedis } from '../../../core/redis/redis.ts'
import { startRedis } from '../../fixtures/redis.ts'

t.test('a connection that has fallen silent is made anew', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const path = server.url.slice('unix://'.length)
  const connections: [Socket, Socket][] = []
  const way = createServer((inner) => {
    const outer = connect(path)
    connections.push([inner, outer])
    for (const socket of [inner, outer]) socket.on('error', () => undefined)
    inner.pipe(outer).pipe(inner)
  })
  way.listen(0, '127.0.0.1')
  await once(way, 'listening')
  const { port } = way.address() as AddressInfo
  const redis = await connectRedis(`redis://127.0.0.1:${port}`)
  t.teardown(() => {
    redis.disconnect()
    way.close()
    for (const socket of connections.flat()) socket.destroy()
  })
  await redis.set('kept', 'yes')
  // As where the other host is gone: nothing comes, not even an end.
  for (const [inner, outer] of connections) inner.unpipe(outer)
  await t.rejects(redis.get('kept'))
  let found: string | null = null
  for (let tries = 0; found === null && tries < 40; tries += 1) {
    found = await redis.get('kept').catch(() => null)
    if (found === null) await new Promise((resolve) => setTimeout(resolve, 250))
  }
  t.equal(found, 'yes')
})
