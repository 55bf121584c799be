import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { ShownInvocation } from '../../core/invocations/shown-invocation.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { type Answer, rest } from '../fixtures/rest.ts'

const platform = await startPlatform({ POOL_GENERIC: '2', QUEUE_SECONDS: '1' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const SOURCE = `
  const held = []
  export const handler = async ({ how, ms = 0, n }) => {
    if (how === 'throw') throw new RangeError('too far')
    if (how === 'exit') process.exit(3)
    await new Promise((resolve) => setTimeout(resolve, ms))
    return { n }
  }`

interface Page {
  invocations: ShownInvocation[]
  cursor?: string
}

const at = (path: string) => `${platform.url}${path}`
const idOf = ({ headers }: Answer<unknown>) => headers.get('x-invocation-id') ?? ''

async function list(path: string, query = ''): Promise<ShownInvocation[]> {
  const all: ShownInvocation[] = []
  let cursor: string | undefined
  do {
    const { body, status, text } = await rest<Page>(
      at(`${path}?limit=100${query}${cursor ? `&cursor=${cursor}` : ''}`),
    )
    if (status !== 200) throw new Error(text)
    all.push(...body.invocations)
    cursor = body.cursor
  } while (cursor)
  return all
}

const look = async (id: string) => (await rest<ShownInvocation>(at(`/invocations/${id}`))).body

/** What is recorded is what was answered, of each exactly one. */
function isTruth(t: Test, kept: ShownInvocation[], answers: readonly Answer<unknown>[]): void {
  t.strictSame(kept.map(({ id }) => id).sort(), answers.map(idOf).sort())
  const byId = new Map(kept.map((one) => [one.id, one]))
  for (const answer of answers) {
    const one = byId.get(idOf(answer))
    t.equal(one?.state, answer.status === 200 ? 'succeeded' : 'failed')
    const [, start] =
      /acquire;[^,]*desc="(\w+)"/.exec(answer.headers.get('server-timing') ?? '') ?? []
    t.equal(one?.start, start)
  }
}

t.test('each of many calls leaves one record that says what happened', async (t) => {
  await functions.create('many', SOURCE, { timeoutSeconds: 5 })
  const calls = Array.from({ length: 120 }, (_, n) => ({
    n,
    ms: n % 7,
    ...(n % 10 === 3 && { how: 'throw' }),
  }))
  const answers: Answer<unknown>[] = []
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let call = calls.pop(); call; call = calls.pop()) {
        answers.push(await functions.call('many', call))
      }
    }),
  )
  const kept = await list('/functions/many/invocations')
  isTruth(t, kept, answers)
  t.equal((await list('/functions/many/invocations', '&state=failed')).length, 12)
  t.equal((await list('/functions/many/invocations', '&error=RangeError')).length, 12)
  const cold = kept.filter(({ start }) => start === 'generic' || start === 'new')
  t.ok(cold.length > 0 && cold.length <= 8)
  for (const { durationMs = -1, memoryMb = 0, timings, createdAt, endedAt = '' } of kept) {
    t.ok(durationMs >= 0 && durationMs < 5000 && memoryMb > 20 && memoryMb < 128)
    t.ok((timings?.handlerMs ?? -1) >= 0 && createdAt <= endedAt)
  }
})

t.test('calls that run beside each other in one sandbox leave one record each', async (t) => {
  await functions.create('beside', SOURCE, { concurrency: 20, timeoutSeconds: 5 })
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      functions.call('beside', { n, ms: 20, ...(n % 6 === 0 && { how: 'throw' }) }),
    ),
  )
  isTruth(t, await list('/functions/beside/invocations'), answers)
})

t.test('what comes to a bad end is told as it was', async (t) => {
  await functions.create('bad', SOURCE, { timeoutSeconds: 1 })
  await functions.create('unloadable', 'export const handlr = 1')
  await functions.create('closed', SOURCE, { reservedConcurrency: 0 })
  const answers: Record<string, Answer<unknown>> = {
    thrown: await functions.call('bad', { how: 'throw' }),
    late: await functions.call('bad', { ms: 5000 }),
    gone: await functions.call('bad', { how: 'exit' }),
    invalid: await rest(at('/functions/bad/invocations'), { body: '{' }),
    unloadable: await functions.call('unloadable'),
    throttled: await functions.call('closed'),
  }
  const idFrom = (name: string) =>
    answers[name]?.headers.get('x-request-id') ?? idOf(answers[name] as never)
  const kept = new Map(
    (await list('/invocations', '&type=RequestResponse&state=failed')).map((one) => [one.id, one]),
  )
  const expected = {
    thrown: {
      errorType: 'RangeError',
      errorMessage: 'too far',
      functionName: 'bad',
      start: /generic|new/,
    },
    late: { errorType: 'Sandbox.Timedout', start: 'warm' },
    gone: { errorType: 'Runtime.ExitError' },
    invalid: { errorType: 'InvalidJson', durationMs: undefined },
    unloadable: {
      errorType: 'Runtime.HandlerNotFound',
      functionName: 'unloadable',
      start: /generic|new/,
    },
    throttled: { errorType: 'TooManyRequests', functionName: 'closed', start: undefined },
  }
  for (const [name, fields] of Object.entries(expected)) {
    t.match(kept.get(idFrom(name)), { state: 'failed', version: '$LATEST', ...fields }, name)
  }
  t.ok((kept.get(idFrom('late'))?.durationMs ?? 0) >= 990)
})

t.test('synchronous and asynchronous ones are in one list, each once', async (t) => {
  await functions.create('both', SOURCE)
  const ids: string[] = []
  for (let n = 0; n < 6; n += 1) {
    if (n % 2) ids.unshift(await functions.accept('both', { n }))
    else ids.unshift(idOf(await functions.call('both', { n })))
    await wait(5)
  }
  for (const id of ids) await functions.ended(id)
  for (const path of ['/functions/both/invocations', '/invocations']) {
    const query = path === '/invocations' ? '&function=both' : ''
    t.strictSame(
      (await list(path, query)).map(({ id }) => id),
      ids,
    )
    const events = await list(path, `${query}&type=Event`)
    t.equal(events.length, 3)
    t.match(events[0], {
      type: 'Event',
      state: 'succeeded',
      start: /warm|generic|new/,
      timings: {},
      memoryMb: Number,
    })
  }
  t.match(await look(ids[0] ?? ''), { type: 'Event', result: { n: 5 }, cause: { kind: 'request' } })
  t.match(await look(ids[1] ?? ''), {
    type: 'RequestResponse',
    functionName: 'both',
    state: 'succeeded',
  })
})

t.test('a function takes its records along', async (t) => {
  await functions.create('brief', SOURCE, { record: { bodies: true } })
  const id = idOf(await functions.call('brief', { n: 1 }))
  t.match(await look(id), { event: { n: 1 } })
  await rest(at('/functions/brief'), { method: 'DELETE' })
  t.equal((await rest(at(`/invocations/${id}`))).status, 404)
  t.strictSame(await list('/invocations', '&function=brief'), [])
})

t.test('records outlive a restart', async (t) => {
  const before = await list('/functions/many/invocations')
  const id = idOf(await functions.call('many', { n: 1 }))
  await platform.end()
  await platform.start()
  const after = await list('/functions/many/invocations')
  t.strictSame(after.slice(1), before)
  t.equal(after[0]?.id, id, 'the last one is written before the end')
})
