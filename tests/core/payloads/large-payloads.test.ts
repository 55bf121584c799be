import t from 'tap'
import { DeadLetterStore } from '../../../core/invocations/dead-letter-store.ts'
import { DeliveryStore } from '../../../core/invocations/delivery-store.ts'
import { InvocationStore } from '../../../core/invocations/invocation-store.ts'
import { keys } from '../../../core/keys.ts'
import { loadPayload } from '../../../core/payloads/payload.ts'
import { PayloadSweep } from '../../../core/payloads/payload-sweep.ts'
import { startRecords } from '../../fixtures/records.ts'

const { redis, turns, payloads, store, claims, cause, accept, claimed, ended } =
  await startRecords(t)
const deadLetters = new DeadLetterStore({ redis, turns, payloads })
const sweep = new PayloadSweep({ redis, payloads })
const error = { errorType: 'Error', errorMessage: 'no' }
const LARGE = `"${'ü'.repeat(100_000)}"`

/** Names of all payloads that lie beside records, after the sweep. */
async function stored(): Promise<string[]> {
  await sweep.sweep()
  const names: string[] = []
  let cursor = ''
  do {
    const page = await payloads.page(cursor)
    names.push(...page.payloads.map(({ name }) => name))
    cursor = page.cursor
  } while (cursor !== '')
  return names
}

/** Ids of the invocations whose results these are. */
function ownersOf(names: string[]): string[] {
  return names.map((name) => /^(.*?)\..*\.result$/.exec(name)?.[1] ?? name)
}

async function sums() {
  const totals = await redis.hgetall(keys.totals)
  return Object.fromEntries(Object.entries(totals).filter(([, value]) => value !== '0'))
}

t.test('a large event and its result never enter Redis, and go with their record', async (t) => {
  const claim = await claimed('f', LARGE)
  t.equal(await redis.hstrlen(keys.invocation(claim.id), 'event'), 0)
  t.match(await sums(), { openStored: `${Buffer.byteLength(LARGE)}` })
  t.equal((await loadPayload(payloads, claim.event)).toString(), LARGE)
  const completion = { outcome: 'succeeded', next: { state: 'succeeded' } } as const
  const result = await claims.keepResult(claim, Buffer.from(LARGE))
  await claims.complete(claim, { ...completion, result })
  const again = await claims.keepResult(claim, Buffer.from(LARGE))
  const late = await claims.complete(claim, { ...completion, result: again })
  t.equal(late.refused, true)
  t.equal((await store.read(claim.id)).result, JSON.parse(LARGE))
  t.same(ownersOf(await stored()), [claim.id], 'the event went with success, the late result too')
  t.same(await sums(), { finishedBytes: '1000', finishedStored: `${Buffer.byteLength(LARGE)}` })
  await ended('f', { limits: { finished: { count: 1 } } })
  t.same(await stored(), [], 'the result went with its record')
  t.same(await sums(), { finishedBytes: '1000' })
})

t.test('what is not taken leaves nothing', async (t) => {
  const full = new InvocationStore({ redis, turns, payloads, limits: { openStored: 150_000 } })
  const event = Buffer.from(LARGE)
  await t.rejects(full.accept({ functionName: 'g', event, cause }), {
    code: 'QueueFull',
    message: /150000 bytes of large events/,
  })
  await full.accept({ functionName: 'g', event: Buffer.from('1'), cause })
  const unknown = { functionName: 'nobody', event, cause, mustExist: true }
  await t.rejects(store.accept(unknown), { code: 'FunctionNotFound' })
  const first = await store.accept({ functionName: 'g', event, cause, dedupeKey: 'same' })
  const again = await store.accept({ functionName: 'g', event, cause, dedupeKey: 'same' })
  t.match(again, { id: first.id, duplicate: true })
  t.same(await stored(), [`${first.id}.event`])
  await store.cancel(first.id)
  t.same(await stored(), [])
})

t.test('a dead letter keeps its event, and hands it to the one that runs it again', async (t) => {
  await redis.hset(keys.functions, 'd', '{}')
  const id = await ended('d', { error, event: LARGE })
  t.equal((await deadLetters.read('d', id)).event.toString(), LARGE)
  const redrive = await deadLetters.redrive('d', id)
  if (redrive.outcome !== 'redriven') throw new Error(redrive.outcome)
  t.same(await stored(), [`${id}.event`], 'it is not copied')
  t.match(await sums(), { openStored: `${Buffer.byteLength(LARGE)}` })
  const token = ((await redis.get(keys.turn('d'))) ?? '').slice(2)
  const [claim] = (await claims.claim({ functionName: 'd', token }, 1))?.claims ?? []
  if (!claim) throw new Error('nothing claimed')
  t.equal((await loadPayload(payloads, claim.event)).toString(), LARGE)
  await claims.complete(claim, { outcome: 'functionError', next: { state: 'failed' }, error })
  t.equal(await deadLetters.purgeAll('d'), 1)
  t.same(await stored(), [])
})

t.test('a message carries large payloads until it is delivered', async (t) => {
  const deliveries = new DeliveryStore({ redis })
  await redis.hset(keys.onSuccess, 'm', '{"type":"event"}')
  const id = await ended('m', { event: LARGE, result: Buffer.from(LARGE) })
  t.match(await sums(), { openStored: `${2 * Buffer.byteLength(LARGE)}` })
  const [message] = await deliveries.take({ n: 1, bytes: 1e6, perFunction: 1, underWay: new Map() })
  if (!message) throw new Error('nothing is due')
  t.equal((await loadPayload(payloads, message.event)).toString(), LARGE)
  t.equal((await loadPayload(payloads, message.result)).toString(), LARGE)
  await deliveries.end(message, { outcome: 'delivered' })
  t.same(ownersOf(await stored()), [id])
})

t.test('past their own limit the oldest records go', async (t) => {
  const limits = { finished: { stored: 450_000 } }
  const result = Buffer.from(LARGE)
  const ids = []
  for (let i = 0; i < 4; i += 1) ids.push(await ended('k', { result, limits }))
  t.same(new Set(ownersOf(await stored())), new Set(ids.slice(2)))
  t.equal(await store.find(ids[0] as string), undefined)
  t.equal((await accept('k')).duplicate, false)
})
