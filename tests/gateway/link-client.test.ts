import { createServer, type Socket } from 'node:net'
import t from 'tap'
import { HearthError } from '../../core/errors.ts'
import type { InvokeLink } from '../../core/links/invoke-link.ts'
import { createLogger } from '../../core/logs/logger.ts'
import { exposition } from '../../core/metrics/prometheus.ts'
import type { NodeRegistry } from '../../core/process/node-registry.ts'
import { LinkClient } from '../../gateway/link-client.ts'
import { LinkServer } from '../../scheduler/link-server.ts'
import { readExposition } from '../fixtures/exposition.ts'

import { clientOf, echo, HOST, request, SANDBOX, serve, TOKEN } from '../fixtures/link.ts'

t.test('what is provisioned is told over the wire', async (t) => {
  const { port } = await serve(t, 0)
  t.strictSame(await clientOf(t, port).provisioned('f'), [
    { qualifier: 'f', requested: 2, allocated: 1, available: 0 },
  ])
})

t.test('sandboxes of all schedulers are told and ended over the wire', async (t) => {
  const [one, two] = [await serve(t, 0), await serve(t, 0)]
  const client = clientOf(t, [one.port, two.port])
  t.strictSame(await client.sandboxes(), [SANDBOX, SANDBOX])
  await client.endSandbox('s1')
  await t.rejects(client.endSandbox('s2'), { code: 'SandboxNotFound', details: { id: 's2' } })

  const found = { state: 'ok', found: 'enough' }
  t.strictSame(
    await client.diagnose(),
    [one, two].map(({ port }) => ({ name: `disk (${port})`, ...found })),
  )
  t.strictSame(await clientOf(t, one.port).diagnose(), [{ name: 'disk', ...found }])

  await two.server.close()
  t.strictSame(await client.sandboxes(), [SANDBOX], 'one that is away is left out')
  t.match(await client.diagnose(), [
    { name: `disk (${one.port})`, ...found },
    { name: `scheduler (${two.port})`, state: 'failed', remedy: /SCHEDULER_URL/ },
  ])
  await one.server.close()
  await t.rejects(client.sandboxes(), { code: 'SchedulerUnavailable' })
})

t.test('however many ask at once when a scheduler is back, one connection is made', async (t) => {
  const first = await serve(t, 0)
  const client = clientOf(t, first.port)
  await client.invoke(request('before'))
  await first.server.close()
  await new Promise((resolve) => setTimeout(resolve, 20))

  let connections = 0
  const counting = createServer((socket: Socket) => {
    connections += 1
    socket.on('error', () => undefined).resume()
  })
  await new Promise<void>((resolve) => counting.listen(first.port, HOST, resolve))
  t.teardown(() => counting.close())
  const asked = Array.from({ length: 50 }, (_, n) => client.invoke(request(`${n}`)))
  const ends = Promise.allSettled(asked)
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.equal(connections, 1)
  await client.close()
  for (const end of await ends) t.match(end, { reason: { code: 'SchedulerUnavailable' } })
})

t.test('answers find those who asked, many at once', async (t) => {
  const { port } = await serve(t, 0)
  const client = clientOf(t, port)
  const ids = Array.from({ length: 100 }, (_, n) => `${n}`)
  const answers = await Promise.all(ids.map((id) => client.invoke(request(id))))
  t.same(
    answers.map(({ result }) => String(result)),
    ids,
  )
})

t.test(
  'who waits for a scheduler that falls silent is told, and not after half an hour',
  async (t) => {
    const silent = createServer((socket) => socket.on('error', () => undefined).resume())
    await new Promise<void>((resolve) => silent.listen(0, HOST, resolve))
    t.teardown(() => silent.close())
    const { port } = silent.address() as { port: number }
    await t.rejects(clientOf(t, port, 300).invoke(request('lost')), {
      code: 'SchedulerUnavailable',
    })
  },
)

t.test('a long invocation is no silence', async (t) => {
  const log = createLogger({ LOG_LEVEL: 'silent' })
  const slow: InvokeLink = {
    ...echo,
    invoke: async (asked) => {
      await new Promise((resolve) => setTimeout(resolve, 900))
      return echo.invoke(asked)
    },
  }
  const server = new LinkServer({ link: slow, token: TOKEN, log })
  const port = await server.listen(0, HOST)
  t.teardown(() => server.close())
  const { result } = await clientOf(t, port, 300).invoke(request('slow'))
  t.equal(String(result), 'slow')
})

/** A scheduler whose function writes `bytes` bytes, and says how many it could. */
t.test('an invocation that is refused rejects, streamed or not', async (t) => {
  const refusing: InvokeLink = {
    ...echo,
    invokeStream: async () => {
      throw new HearthError('FunctionNotFound', { name: 'f' })
    },
  }
  const log = createLogger({ LOG_LEVEL: 'silent' })
  const server = new LinkServer({ link: refusing, token: TOKEN, log })
  const port = await server.listen(0, HOST)
  t.teardown(() => server.close())
  await t.rejects(clientOf(t, port).invokeStream(request('x')), { code: 'FunctionNotFound' })
})

t.test('metrics come of every scheduler, and one that is gone is told to be down', async (t) => {
  const [first, second] = [await serve(t, 0), await serve(t, 0)]
  const nodes = [first, second].map(({ port }, n) => ({
    id: `node-${n}`,
    address: `tcp://${HOST}:${port}`,
  }))
  const registry = { live: async () => nodes } as unknown as NodeRegistry
  const client = new LinkClient(registry, TOKEN)
  t.teardown(() => client.close())
  const read = async () => readExposition(await exposition(await client.metrics()))
  const both = await read()
  t.equal(both.sum('hearth_sandboxes', { state: 'idle', node: 'node-0' }), 2)
  t.equal(both.sum('hearth_sandboxes', { state: 'idle', node: 'node-1' }), 2)
  t.equal(both.sum('hearth_scheduler_up'), 2)
  const own = { node: 'node-1', process: 'scheduler' }
  t.ok(both.sum('process_resident_memory_bytes', own) > 0)
  await second.server.close()
  const one = await read()
  t.equal(one.sum('hearth_scheduler_up', { node: 'node-0' }), 1)
  t.equal(one.sum('hearth_scheduler_up', { node: 'node-1' }), 0)
  t.equal(one.sum('hearth_sandboxes'), 2)
})
