import t from 'tap'
import type { FreshClaim } from '../../../core/invocations/claim.ts'
import { ClaimStore } from '../../../core/invocations/claim-store.ts'
import { InvocationStore } from '../../../core/invocations/invocation-store.ts'
import { keys } from '../../../core/keys.ts'
import { connectRedis } from '../../../core/redis/redis.ts'
import { startRecords } from '../../fixtures/records.ts'

const { server, redis, turns, payloads, store, claims, cause, tokenOf, accept } =
  await startRecords(t)

t.test('a claim carries the event as its bytes and a result comes back as its JSON', async (t) => {
  const event = Buffer.concat([Buffer.from('"'), Buffer.from([0xff, 0, 10]), Buffer.from('"')])
  const { id } = await store.accept({ functionName: 'f2', event, cause })
  const batch = await claims.claim({ functionName: 'f2', token: await tokenOf('f2') }, 5)
  const [claim] = batch?.claims ?? []
  if (!claim) throw new Error('nothing claimed')
  t.equal(batch?.left, false)
  t.match(claim, { id, functionName: 'f2', fence: 1, functionErrors: 0, platformFaults: 0, cause })
  t.same(claim.event, event)
  t.match(await store.read(id), { state: 'running', attempts: [{ node: 'n1' }] })

  const result = '{"big":12345678901234567890,"text":"grüße","float":1.5,"list":[1e100]}'
  const done = await claims.complete(claim, {
    outcome: 'succeeded',
    next: { state: 'succeeded' },
    result: Buffer.from(result),
  })
  t.equal(done.refused, false)
  const invocation = await store.read(id)
  t.match(invocation, { state: 'succeeded', attempts: [{ outcome: 'succeeded', node: 'n1' }] })
  t.ok(invocation.endedAt)
  t.equal(JSON.stringify(invocation.result), result)
})

t.test('of two claims of one invocation only the later one can complete it, once', async (t) => {
  const { id } = await accept('f4')
  const first = await claims.claim({ functionName: 'f4', token: await tokenOf('f4') }, 1)
  const [old] = first?.claims ?? []
  if (!old) throw new Error('nothing claimed')
  const lost = await claims.complete(old, {
    outcome: 'lost',
    next: { state: 'queued', delayMs: 0 },
  })
  const token = lost.give?.token ?? ''
  const second = await claims.claim({ functionName: 'f4', token }, 1)
  const [fresh] = second?.claims ?? []
  if (!fresh) throw new Error('nothing claimed')
  t.equal(fresh.fence, 2)
  t.equal(fresh.platformFaults, 1)
  const succeeded = { outcome: 'succeeded', next: { state: 'succeeded' } } as const
  t.equal((await claims.complete(old, { ...succeeded, result: Buffer.from('1') })).refused, true)
  t.same(await claims.renew([old]), [id])
  t.same(await claims.renew([fresh]), [])
  t.equal((await claims.complete(fresh, { ...succeeded, result: Buffer.from('2') })).refused, false)
  t.equal((await claims.complete(fresh, { ...succeeded, result: Buffer.from('3') })).refused, true)
  const invocation = await store.read(id)
  t.equal(invocation.result, 2)
  t.same(
    invocation.attempts.map((attempt) => attempt.outcome),
    ['lost', 'succeeded'],
  )
})

t.test('an error with an endless name ends its attempt like any other', async (t) => {
  const { id } = await accept('f5')
  for (const state of ['queued', 'failed'] as const) {
    const batch = await claims.claim({ functionName: 'f5', token: await tokenOf('f5') }, 1)
    const [claim] = batch?.claims ?? []
    if (!claim) throw new Error('nothing claimed')
    const done = await claims.complete(claim, {
      outcome: 'functionError',
      error: { errorType: 'E'.repeat(50_000), errorMessage: '' },
      next: state === 'queued' ? { state, delayMs: 0 } : { state },
    })
    t.equal(done.refused, false)
  }
  t.match(await store.read(id), { state: 'failed', attempts: [{ outcome: 'functionError' }] })
})

t.test('only final records are forgotten, oldest first, past count, age and bytes', async (t) => {
  const finish = async (functionName: string, limits: object, result = '1') => {
    const few = new ClaimStore({ redis, payloads, owner: { nodeId: 'n1', bootId: 'b1' }, limits })
    const { id } = await accept(functionName)
    const batch = await few.claim({ functionName, token: await tokenOf(functionName) }, 1)
    const [claim] = batch?.claims ?? []
    if (!claim) throw new Error('nothing claimed')
    const next = { state: 'succeeded' } as const
    await few.complete(claim, { outcome: 'succeeded', next, result: Buffer.from(result) })
    return id
  }
  const known = async (id: string) => (await redis.exists(keys.invocation(id))) === 1

  const queued = await accept('g1')
  await redis.del(keys.ready('g1'), keys.turn('g1'))
  const byCount: string[] = []
  for (let i = 0; i < 5; i++) byCount.push(await finish('g1', { finished: { count: 3 } }))
  t.same(await Promise.all(byCount.map(known)), [false, false, true, true, true])
  t.equal(await known(queued.id), true, 'an older one that is not final stays')
  t.equal((await store.list('g1', { limit: 10 })).invocations.length, 4)

  const old = await finish('g2', {})
  await redis.zadd(keys.finished, '1', old)
  await finish('g3', {})
  t.equal(await known(old), false, 'older than 24 h')
  t.same(await store.list('g2', { limit: 10 }), { invocations: [] })

  const large = `"${'x'.repeat(60_000)}"`
  const first = await finish('g4', {}, large)
  const second = await finish('g5', {}, large)
  await claims.expirePage(1)
  t.equal(await known(first), true, 'within the cap')
  const owner = { nodeId: 'n1', bootId: 'b1' }
  await new ClaimStore({
    redis,
    payloads,
    owner,
    limits: { finished: { bytes: 100_000 } },
  }).expirePage(1)
  t.equal(await known(first), false)
  t.equal(await known(second), true, 'the newest stays')
  t.ok(Number(await redis.hget(keys.totals, 'finishedBytes')) <= 100_000)
})

t.test('an event that is too old is expired, by the claim or by the sweep', async (t) => {
  const short = new InvocationStore({ redis, turns, payloads, limits: { eventAgeMs: 1 } })
  const event = Buffer.from('{}')
  const one = await short.accept({ functionName: 'h1', event, cause })
  await new Promise((resolve) => setTimeout(resolve, 5))
  const batch = await claims.claim({ functionName: 'h1', token: await tokenOf('h1') }, 5)
  t.same(batch?.claims, [])
  t.match(await store.read(one.id), { state: 'expired', error: { errorType: 'EventAgeExceeded' } })

  const other = await short.accept({ functionName: 'h2', event, cause })
  await new Promise((resolve) => setTimeout(resolve, 5))
  await claims.expirePage(100)
  t.equal((await store.read(other.id)).state, 'expired')
  t.equal(await redis.llen(keys.ready('h2')), 0)
})

t.test('numbers in all come back to nothing when everything has ended', async (t) => {
  for (const name of await redis.smembers(keys.backlogs)) {
    await store.failAll(name, { errorType: 'Test', errorMessage: 'over' })
  }
  const { claims: standing } = await claims.standing({ offset: 0, limit: 100 })
  for (const claim of standing) {
    await claims.complete(claim, { outcome: 'refused', next: { state: 'failed' } })
  }
  const ready = (await redis.zrange(keys.open, '0', '-1')).length
  t.equal(ready, 1, 'only the one whose queue this test threw away')
  t.equal(await redis.hget(keys.totals, 'openBytes'), '2')
  let bytes = 0
  const closed = await redis.zunion(2, keys.finished, keys.dead)
  for (const id of closed) {
    const [event, result, error] = await redis.hmget(
      keys.invocation(id),
      'event',
      'result',
      'error',
    )
    bytes += 1000 + (event ?? '').length + (result ?? '').length + (error ?? '').length
  }
  const sums = await redis.hmget(keys.totals, 'finishedBytes', 'deadBytes')
  const kept = Number(sums[0]) + Number(sums[1])
  t.ok(Math.abs(kept - bytes) < 50, `${kept} bytes counted, ${bytes} stored`)
})

t.test(
  '2,000 events on two nodes that lose claims all the time end exactly once each',
  async (t) => {
    const functions = ['s1', 's2', 's3', 's4', 's5']
    const ids = new Set<string>()
    for (let i = 0; i < 2000; i++) {
      ids.add((await accept(functions[i % functions.length] ?? '')).id)
    }
    const ends = new Map<string, string[]>()
    let late = 0

    async function runOne(node: ClaimStore, claim: FreshClaim, label: string): Promise<void> {
      const lapses = Math.random() < 0.25
      if (lapses) {
        await redis.zadd(keys.claimed, '0', claim.id)
        await takeBackLapsed(node)
      }
      const state = Math.random() < 0.8 ? 'succeeded' : 'failed'
      const { refused } = await node.complete(claim, {
        outcome: state === 'succeeded' ? 'succeeded' : 'functionError',
        next: { state },
        result: Buffer.from(JSON.stringify(label)),
        error: { errorType: 'Error', errorMessage: label },
      })
      if (refused) late += 1
      else ends.set(claim.id, [...(ends.get(claim.id) ?? []), label])
    }

    async function takeBackLapsed(node: ClaimStore): Promise<void> {
      const page = await node.standing({ offset: 0, limit: 20 })
      const lapsed = page.claims.filter((claim) => claim.lapsed)
      await Promise.all(
        lapsed.map((claim) =>
          node.complete(claim, {
            outcome: 'lost',
            next: { state: 'queued', delayMs: 0 },
            ifLapsed: true,
          }),
        ),
      )
    }

    async function work(nodeId: string): Promise<void> {
      const node = new ClaimStore({ redis, payloads, owner: { nodeId, bootId: 'b' } })
      for (let round = 0; ends.size < ids.size; round++) {
        const functionName = functions[Math.floor(Math.random() * functions.length)] ?? ''
        const seen = (await redis.get(keys.turn(functionName))) ?? ''
        const turn = await node.takeTurn(functionName, seen)
        if (!turn?.token) continue
        const n = 1 + Math.floor(Math.random() * 10)
        const batch = await node.claim({ functionName, token: turn.token }, n)
        const label = `${nodeId}-${round}`
        await Promise.all((batch?.claims ?? []).map((claim) => runOne(node, claim, label)))
      }
    }

    await Promise.all(['n1', 'n2', 'n1', 'n2'].map(work))
    t.equal(ends.size, 2000)
    t.ok(late > 100, `${late} late results were refused`)
    t.equal([...ends.values()].filter((labels) => labels.length !== 1).length, 0, 'no second end')
    let wrong = 0
    for (const id of ids) {
      const { state, result, error, attempts } = await store.read(id)
      const [label] = ends.get(id) ?? []
      const word = state === 'succeeded' ? result : error?.errorMessage
      if (word !== label || attempts.at(-1)?.outcome === 'lost') wrong += 1
    }
    t.equal(wrong, 0, 'every record holds the one result that was taken')
    for (const name of functions) {
      t.equal(await redis.llen(keys.ready(name)), 0)
    }
  },
)

t.test('an event never waits for the sweep, however it meets the end of a turn', async (t) => {
  const functions = ['w1', 'w2', 'w3']
  const total = 600
  let completed = 0
  const all = Promise.withResolvers<void>()
  const other = await connectRedis(server.url)
  const node = new ClaimStore({ redis: other, payloads, owner: { nodeId: 'n1', bootId: 'b1' } })
  // Turns as they come from the queue, and nothing else that would look for events.
  const worker = turns.take(
    {
      async turn(functionName, token) {
        for (;;) {
          const batch = await node.claim({ functionName, token }, 2)
          for (const claim of batch?.claims ?? []) {
            await node.complete(claim, { outcome: 'succeeded', next: { state: 'succeeded' } })
            completed += 1
            if (completed === total) all.resolve()
          }
          if (!batch?.left) return
        }
      },
      tick: async () => undefined,
      failed: (error) => all.reject(error),
      silent: () => undefined,
    },
    4,
  )
  for (let i = 0; i < total; i++) {
    await accept(functions[i % 3] ?? '')
    // Every gap between two events, from none to longer than a turn.
    if (i % 50 < 25) await new Promise((resolve) => setTimeout(resolve, (i % 7) / 3))
  }
  await all.promise
  t.equal(completed, total)
  await worker.close()
  other.disconnect()
})
