import { randomUUID } from 'node:crypto'
import t from 'tap'
import type { InvocationFilter } from '../../../core/invocations/invocation-filter.ts'
import { searchInvocations } from '../../../core/invocations/invocation-search.ts'
import { keys } from '../../../core/keys.ts'
import { startGateway } from '../../fixtures/gateway.ts'
import { addEnded, createFunction, endedRecord } from '../../fixtures/journal.ts'

/** A synchronous and an asynchronous one in turns, each a moment after the other; the newest first. */
async function furnish(t: Parameters<typeof startGateway>[0], count: number) {
  const { parts, redis } = await startGateway(t)
  await createFunction(redis.redis, 'f')
  await createFunction(redis.redis, 'g')
  const ids: string[] = []
  for (let n = 0; n < count; n += 1) {
    const functionName = n % 4 < 2 ? 'f' : 'g'
    const id = randomUUID()
    ids.unshift(id)
    if (n % 2) {
      const event = Buffer.from('{}')
      await parts.invocations.accept({ id, functionName, event, cause: { kind: 'request' } })
    } else addEnded(parts.journal, [endedRecord({ id, functionName })])
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
  return { parts, ids }
}

t.test('both kinds are in one list, newest first, over pages of any size', async (t) => {
  const { parts, ids } = await furnish(t, 41)
  for (const limit of [1, 2, 7, 50]) {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await searchInvocations(parts, { filter: {}, limit, ...(cursor && { cursor }) })
      seen.push(...page.invocations.map(({ id }) => id))
      cursor = page.cursor
    } while (cursor)
    t.strictSame(seen, ids, `by ${limit}`)
  }
})

t.test('what comes while pages are read makes neither a gap nor a double', async (t) => {
  const { parts, ids } = await furnish(t, 30)
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await searchInvocations(parts, { filter: {}, limit: 4, ...(cursor && { cursor }) })
    seen.push(...page.invocations.map(({ id }) => id))
    cursor = page.cursor
    const event = Buffer.from('{}')
    await parts.invocations.accept({ functionName: 'f', event, cause: { kind: 'request' } })
    addEnded(parts.journal, [endedRecord()])
  } while (cursor)
  t.strictSame(seen, ids)
})

t.test('of those made in one millisecond none is left out or repeated', async (t) => {
  const { parts, create, redis } = await startGateway(t)
  await create('f')
  const ids = Array.from({ length: 60 }, () => randomUUID())
  const event = Buffer.from('{}')
  const accept = (id: string) =>
    parts.invocations.accept({ id, functionName: 'f', event, cause: { kind: 'request' } })
  await Promise.all(ids.map(accept))
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await searchInvocations(parts, { filter: {}, limit: 7, ...(cursor && { cursor }) })
    seen.push(...page.invocations.map(({ id }) => id))
    cursor = page.cursor
    await accept(randomUUID())
    // The one that the cursor names leaves meanwhile.
    await redis.redis.zrem(keys.invocations, seen.at(-1) ?? '')
  } while (cursor)
  t.strictSame(seen.toSorted(), ids.toSorted())
})

t.test('one that ends while pages are read stays in its place', async (t) => {
  const { parts, ids } = await furnish(t, 12)
  const first = await searchInvocations(parts, { filter: {}, limit: 4 })
  for (const id of ids) await parts.invocations.cancel(id).catch(() => undefined)
  const rest = await searchInvocations(parts, {
    filter: {},
    limit: 50,
    ...(first.cursor && { cursor: first.cursor }),
  })
  t.strictSame(
    [...first.invocations, ...rest.invocations].map(({ id }) => id),
    ids,
  )
  t.equal(rest.invocations.filter(({ state }) => state === 'cancelled').length, 4)
})

t.test('a filter counts for both kinds', async (t) => {
  const { parts, ids } = await furnish(t, 16)
  const found = async (filter: InvocationFilter) => {
    const { invocations } = await searchInvocations(parts, { filter, limit: 50 })
    return invocations.map(({ id }) => ids.length - 1 - ids.indexOf(id)).join(' ')
  }
  t.equal(await found({ functionName: 'f' }), '13 12 9 8 5 4 1 0')
  t.equal(await found({ functionName: 'f', type: 'Event' }), '13 9 5 1')
  t.equal(await found({ functionName: 'g', type: 'RequestResponse' }), '14 10 6 2')
  t.equal(await found({ state: 'queued', functionName: 'g' }), '15 11 7 3')
  t.equal(await found({ state: 'succeeded' }), '14 12 10 8 6 4 2 0')
  t.equal(await found({ state: 'failed' }), '')
  const [middle] = (
    await searchInvocations(parts, { filter: { functionName: 'f' }, limit: 4 })
  ).invocations.slice(-1)
  const fromMs = Date.parse(middle?.createdAt ?? '')
  t.equal(await found({ functionName: 'f', fromMs }), '13 12 9 8')
  t.equal(await found({ functionName: 'f', toMs: fromMs - 1 }), '5 4 1 0')
  t.equal(await found({ functionName: 'f', fromMs: fromMs + 3_600_000 }), '')
  t.equal(await found({ qualifier: 'live' }), '')
})

t.test('a cursor that is none is no reason to fail', async (t) => {
  const { parts } = await furnish(t, 4)
  for (const cursor of ['x', '~', '-~-', '1.2~', '~nobody.1', '~~~']) {
    await searchInvocations(parts, { filter: {}, limit: 5, cursor })
  }
  t.pass()
})
