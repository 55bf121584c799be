import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import { keys } from '../../../core/keys.ts'
import { startQueue } from '../../fixtures/asynchronous.ts'

const echo = { answer: (event: unknown) => ({ result: event }) }
const thrown = { errorType: 'TypeError', errorMessage: 'it is broken', trace: ['at handler'] }

t.test('accepted events run and end with their results', async (t) => {
  const queue = await startQueue(t)
  const node = await queue.node('n1', echo)
  const accepted = Array.from({ length: 50 }, (_, i) => queue.accept(`f${i % 5}`, { i }))
  const ended = await Promise.all((await Promise.all(accepted)).map(queue.ended))
  t.same(
    ended.map(({ state, result }) => ({ state, result })),
    ended.map((_, i) => ({ state: 'succeeded', result: { i } })),
  )
  t.equal(node.runs.size, 50)
  t.equal(await queue.server.redis.scard(keys.backlogs), 0, 'no backlog is left')
})

t.test(
  'errors of the function are tried three times, faults of the platform as often as it takes',
  async (t) => {
    const queue = await startQueue(t)
    const faults = new Map<string, number>()
    const node = await queue.node('n1', {
      retryDelayMs: 5,
      answer(event, { id }) {
        if (event === 'throws') return { functionError: thrown }
        const seen = (faults.get(id) ?? 0) + 1
        faults.set(id, seen)
        if (seen === 1) throw new HearthError('SandboxFailed', { reason: 'engine away' })
        return event === 'fault' ? { result: 'at last' } : { functionError: thrown }
      },
    })
    const throws = await queue.ended(await queue.accept('f1', 'throws'))
    t.match(throws, { state: 'failed', error: thrown })
    t.same(
      throws.attempts.map(({ outcome, errorType }) => [outcome, errorType]),
      Array.from({ length: 3 }, () => ['functionError', 'TypeError']),
    )
    t.equal(node.runs.get(throws.id), 3)

    const fault = await queue.ended(await queue.accept('f2', 'fault'))
    t.match(fault, { state: 'succeeded', result: 'at last' })
    t.same(
      fault.attempts.map(({ outcome }) => outcome),
      ['platformFault', 'succeeded'],
    )
    const both = await queue.ended(await queue.accept('f3', 'both'))
    t.same(
      both.attempts.map(({ outcome }) => outcome),
      ['platformFault', 'functionError', 'functionError', 'functionError'],
      'a fault uses up no retry',
    )
  },
)

t.test('a throttled event is tried again, one that nobody can serve fails at once', async (t) => {
  const queue = await startQueue(t)
  let throttled = false
  await queue.node('n1', {
    answer(event) {
      if (event === 'refused') throw new HearthError('InvalidJson', { reason: 'no JSON' })
      if (throttled) return { result: 'served' }
      throttled = true
      throw new HearthError('TooManyRequests', { name: 'f', reason: 'busy' })
    },
  })
  const served = await queue.ended(await queue.accept('f1', 'busy'))
  t.match(served, { state: 'succeeded', attempts: [{ outcome: 'throttled' }, {}] })
  const refused = await queue.ended(await queue.accept('f1', 'refused'))
  t.match(refused, { state: 'failed', error: { errorType: 'InvalidJson' } })
  t.equal(refused.attempts.length, 1)
})

t.test('a slow event holds up neither its own function nor another', async (t) => {
  const queue = await startQueue(t)
  const slow = Promise.withResolvers<{ result: unknown }>()
  const node = await queue.node('n1', {
    slots: 3,
    answer: (event) => (event === 'slow' ? slow.promise : { result: event }),
  })
  const first = await queue.accept('f1', 'slow')
  await queue.until(first, ({ state }) => state === 'running')
  const others = await Promise.all(
    Array.from({ length: 40 }, (_, i) => queue.accept(i % 2 === 0 ? 'f1' : 'f2', i)),
  )
  for (const id of others) await queue.ended(id)
  t.equal((await queue.invocations.read(first)).state, 'running')
  slow.resolve({ result: 'done' })
  t.equal((await queue.ended(first)).result, 'done')
  t.ok(node.greatestConcurrency() <= 3, 'never more than there is room for')
})

t.test('however many functions wait, no more events run than there is room for', async (t) => {
  const queue = await startQueue(t)
  const ids: string[] = []
  for (let i = 0; i < 300; i++) ids.push(await queue.accept(`f${i % 20}`, i))
  const node = await queue.node('n1', {
    slots: 3,
    async answer(event) {
      await sleep(1)
      return { result: event }
    },
  })
  for (const id of ids) await queue.ended(id)
  t.equal(node.greatestConcurrency(), 3)
})

t.test('a function with a long backlog lets the others in', async (t) => {
  const queue = await startQueue(t)
  const order: string[] = []
  for (let i = 0; i < 600; i++) await queue.accept('busy', i)
  await queue.node('n1', {
    slots: 2,
    async answer(event, { functionName }) {
      await sleep(2)
      order.push(functionName)
      return { result: event }
    },
  })
  while (order.length < 50) await sleep(5)
  const id = await queue.accept('other', 1)
  await queue.ended(id)
  t.ok(order.length < 600, `it ran as number ${order.indexOf('other')} of 600`)
})

t.test(
  'a function without room waits, the others go on, and it runs when there is room',
  async (t) => {
    const queue = await startQueue(t)
    let open = false
    const node = await queue.node('n1', {
      ...echo,
      room: (functionName) => (functionName === 'closed' && !open ? 0 : 10),
    })
    const waiting = await queue.accept('closed', 1)
    for (let i = 0; i < 20; i++) await queue.ended(await queue.accept('f1', i))
    await sleep(1500)
    t.equal((await queue.invocations.read(waiting)).state, 'queued')
    open = true
    node.freed()
    t.equal((await queue.ended(waiting)).result, 1)
  },
)

t.test('what waits for a function that is gone ends as failed', async (t) => {
  const queue = await startQueue(t)
  await queue.node('n1', {
    ...echo,
    room: (name) => {
      throw new HearthError('FunctionNotFound', { name })
    },
  })
  const ended = await queue.ended(await queue.accept('gone', 1))
  t.match(ended, { state: 'failed', attempts: [], error: { errorType: 'FunctionNotFound' } })
})

t.test('two nodes share the work and run nothing twice', async (t) => {
  const queue = await startQueue(t)
  const ids: string[] = []
  for (let i = 0; i < 400; i++) ids.push(await queue.accept(`f${i % 4}`, i))
  // Neither goes on before both have begun: else the first may be done before the other is up.
  const begun = new Set<string>()
  const both = Promise.withResolvers<void>()
  const node = (name: string) =>
    queue.node(name, {
      slots: 3,
      async answer(event) {
        if (begun.add(name).size === 2) both.resolve()
        await both.promise
        await sleep(1)
        return { result: event }
      },
    })
  const nodes = await Promise.all([node('n1'), node('n2')])
  for (const [i, id] of ids.entries()) {
    const { state, result } = await queue.ended(id)
    if (state !== 'succeeded' || result !== i) t.fail(`${id} is ${state}`)
  }
  const runs = nodes.flatMap((node) => [...node.runs.values()])
  t.equal(runs.length, 400)
  t.ok(runs.every((count) => count === 1))
  t.ok(nodes.every((node) => node.runs.size > 0))
})

t.test('a closing node hands back its turns and finishes what runs', async (t) => {
  const queue = await startQueue(t)
  const gate = Promise.withResolvers<void>()
  const first = await queue.node('n1', {
    slots: 1,
    async answer(event) {
      await gate.promise
      return { result: event }
    },
  })
  const ids = [await queue.accept('f1', 0), await queue.accept('f1', 1)]
  await queue.until(ids[0] ?? '', ({ state }) => state === 'running')
  const closed = first.close()
  await sleep(50)
  gate.resolve()
  await closed
  t.equal((await queue.invocations.read(ids[0] ?? '')).state, 'succeeded')
  t.equal((await queue.invocations.read(ids[1] ?? '')).state, 'queued')
  await queue.node('n2', echo)
  t.equal((await queue.ended(ids[1] ?? '')).result, 1)
})

t.test(
  'Redis may die and come back while events run: each ends once, with its result',
  async (t) => {
    const queue = await startQueue(t)
    const node = await queue.node('n1', {
      slots: 5,
      async answer(event) {
        await sleep(20)
        return { result: event }
      },
    })
    const ids: string[] = []
    for (let i = 0; i < 60; i++) ids.push(await queue.accept(`f${i % 3}`, i))
    await sleep(60)
    await queue.server.kill()
    await sleep(300)
    await queue.server.start()
    for (const [i, id] of ids.entries()) {
      t.match(await queue.ended(id), { state: 'succeeded', result: i })
    }
    t.equal(node.runs.size, 60)
  },
)

t.test('each function is tried again as often as it wants', async (t) => {
  const queue = await startQueue(t)
  const wants = { maximumEventAgeSeconds: 21_600 }
  const node = await queue.node('n1', {
    retryDelayMs: 1,
    asyncConfiguration: (name) =>
      name === 'f2' ? undefined : { ...wants, maximumRetryAttempts: name === 'f0' ? 0 : 1 },
    answer: () => ({ functionError: { errorType: 'Error', errorMessage: 'no' } }),
  })
  for (const [name, attempts] of [
    ['f0', 1],
    ['f1', 2],
    ['f2', 3],
  ] as const) {
    const id = await queue.accept(name, 1)
    const ended = await queue.ended(id)
    t.match(ended, { state: 'failed', error: { errorMessage: 'no' } })
    t.equal(ended.attempts.length, attempts)
    t.equal(node.runs.get(id), attempts)
  }
})
