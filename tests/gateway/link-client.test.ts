import { createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { HearthError } from '../../core/errors.ts'
import { noTimings } from '../../core/invocations/timings.ts'
import { streamAnswer } from '../../core/links/answer-stream.ts'
import type { InvokeLink, InvokeRequest, SandboxReport } from '../../core/links/invoke-link.ts'
import { createLogger } from '../../core/logs/logger.ts'
import { exposition } from '../../core/metrics/prometheus.ts'
import type { NodeRegistry } from '../../core/process/node-registry.ts'
import { LinkClient } from '../../gateway/link-client.ts'
import { LinkServer } from '../../scheduler/link-server.ts'
import { readExposition } from '../fixtures/exposition.ts'

const TOKEN = 'a-token-of-a-test'
const HOST = '127.0.0.1'

const SANDBOX: SandboxReport = {
  id: 's1',
  functionName: 'f',
  version: '$LATEST',
  state: 'busy',
  memoryMb: 128,
  ageMs: 12,
  running: 1,
  isProvisioned: false,
}
const timings = noTimings()
const GAUGE = { name: 'hearth_sandboxes', help: 'Sandboxes by state', type: 'gauge' } as const
const echo: InvokeLink = {
  invoke: async ({ event }) => ({ executedVersion: '$LATEST', result: event, timings }),
  invokeStream: (request) =>
    streamAnswer(async (stream) => {
      const { result, ...answer } = await echo.invoke(request)
      stream.push(result)
      return { ...answer, result: Buffer.alloc(0) }
    }),
  announce: async () => undefined,
  provisioned: async (functionName) => [
    { qualifier: functionName, requested: 2, allocated: 1, available: 0 },
  ],
  sandboxes: async () => [SANDBOX],
  endSandbox: async (id) => {
    if (id !== SANDBOX.id) throw new HearthError('SandboxNotFound', { id })
  },
  metrics: async () => [{ ...GAUGE, values: [{ labels: { state: 'idle' }, value: 2 }] }],
  diagnose: async () => [{ name: 'disk', state: 'ok', found: 'enough' }],
  health: async () => ({
    driver: 'docker',
    engine: 'up',
    sandboxes: { generic: 0, idle: 0, frozen: 0, busy: 0, starting: 0 },
    workerRestarts: 0,
    engineReport: { freezing: 'engine', calls: {}, quarantined: [], orphanedShims: [] },
  }),
}

function clientOf(t: Test, ports: number | number[], silenceMs?: number): LinkClient {
  const nodes = [ports].flat().map((port) => ({ id: `${port}`, address: `tcp://${HOST}:${port}` }))
  const client = new LinkClient(
    { live: async () => nodes } as unknown as NodeRegistry,
    TOKEN,
    silenceMs,
  )
  t.teardown(() => client.close())
  return client
}

function request(id: string): InvokeRequest {
  return { id, functionName: 'f', event: Buffer.from(id) }
}

async function serve(t: Test, port: number): Promise<{ port: number; server: LinkServer }> {
  const log = createLogger({ LOG_LEVEL: 'silent' })
  const server = new LinkServer({ link: echo, token: TOKEN, log })
  const bound = await server.listen(port, HOST)
  t.teardown(() => server.close())
  return { port: bound, server }
}

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
        return { executedVersion: '7', result: Buffer.alloc(0), timings, logTail: 'END' }
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
