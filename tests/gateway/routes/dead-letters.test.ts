import t from 'tap'
import { ClaimStore } from '../../../core/invocations/claim-store.ts'
import { keys } from '../../../core/keys.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const { call, create, redis, parts, payloads } = await startGateway(t)
const claims = new ClaimStore({ redis: redis.redis, payloads, owner: { nodeId: 'n', bootId: 'b' } })
const error = { errorType: 'TypeError', errorMessage: 'no' }

/** An invocation that has failed. */
async function failed(functionName: string, event = '{}'): Promise<string> {
  const headers = { prefer: 'respond-async' }
  const { body } = await call(`POST /functions/${functionName}/invocations`, {
    payload: event,
    headers,
  })
  const token = ((await redis.redis.get(keys.turn(functionName))) ?? '').replace(/^w:/, '')
  for (const claim of (await claims.claim({ functionName, token }, 10))?.claims ?? []) {
    await claims.complete(claim, { outcome: 'functionError', next: { state: 'failed' }, error })
  }
  return body.id
}

t.test('dead letters are listed by pages and read with their event', async (t) => {
  await create('f')
  t.strictSame((await call('GET /functions/f/dead-letters')).body, { invocations: [] })
  const ids = [
    await failed('f', '{"n":12345678901234567890}'),
    await failed('f'),
    await failed('f'),
  ]
  const first = await call('GET /functions/f/dead-letters?limit=2')
  t.match(first.body, { invocations: [{ id: ids[2], state: 'failed', error }, { id: ids[1] }] })
  await call(`DELETE /functions/f/dead-letters/${ids[1]}`)
  const rest = await call(`GET /functions/f/dead-letters?limit=2&cursor=${first.body.cursor}`)
  t.match(rest.body, { invocations: [{ id: ids[0] }] }, 'also behind one that is gone meanwhile')
  const read = await call(`GET /functions/f/dead-letters/${ids[0]}`)
  t.equal(read.status, 200)
  t.match(read.headers, { 'content-type': 'application/json' })
  t.match(read.body, { id: ids[0], state: 'failed', error })
  t.match(read.text, /"event":\{"n":12345678901234567890\}\}$/, 'to the digit')
})

t.test('one is redriven, then it is none any more', async (t) => {
  await create('r')
  const id = await failed('r', '[1]')
  const redriven = await call(`POST /functions/r/dead-letters/${id}/redrive`)
  t.equal(redriven.status, 202, redriven.text)
  const { invocationId } = redriven.body
  t.equal(redriven.headers.location, `/invocations/${invocationId}`)
  const cause = { kind: 'redrive', detail: id }
  t.match((await call(`GET /invocations/${invocationId}`)).body, { state: 'queued', cause })
  t.match((await call(`GET /invocations/${id}`)).body, { redrivenAs: invocationId })
  const again = await call(`POST /functions/r/dead-letters/${id}/redrive`)
  t.equal(again.status, 404)
  t.equal(again.body.error.code, 'DeadLetterNotFound')
})

t.test('all are redriven or purged at once', async (t) => {
  await create('all')
  for (let i = 0; i < 3; i += 1) await failed('all')
  const redriven = await call('POST /functions/all/dead-letters/redrive')
  t.equal(redriven.status, 202)
  t.strictSame(redriven.body, { redriven: 3, left: 0 })
  await failed('all')
  const purged = await call('DELETE /functions/all/dead-letters')
  t.strictSame(purged.body, { purged: 4 })
  t.strictSame((await call('GET /functions/all/dead-letters')).body, { invocations: [] })
})

t.test('what is not there is told so', async (t) => {
  for (const [route, code] of [
    ['GET /functions/nobody/dead-letters', 'FunctionNotFound'],
    ['DELETE /functions/nobody/dead-letters', 'FunctionNotFound'],
    ['POST /functions/nobody/dead-letters/redrive', 'FunctionNotFound'],
    ['GET /functions/f/dead-letters/unknown', 'DeadLetterNotFound'],
    ['DELETE /functions/f/dead-letters/unknown', 'DeadLetterNotFound'],
    ['POST /functions/f/dead-letters/unknown/redrive', 'DeadLetterNotFound'],
  ] as const) {
    const answer = await call(route)
    t.equal(answer.status, 404, route)
    t.equal(answer.body.error.code, code, route)
  }
})

t.test('they outlive their function, and can be run by a new one of that name', async (t) => {
  await create('short-lived')
  const id = await failed('short-lived')
  await call('DELETE /functions/short-lived')
  t.match((await call('GET /functions/short-lived/dead-letters')).body, { invocations: [{ id }] })
  const alone = await call(`POST /functions/short-lived/dead-letters/${id}/redrive`)
  t.equal(alone.body.error.code, 'FunctionNotFound')
  await create('short-lived')
  const redriven = await call(`POST /functions/short-lived/dead-letters/${id}/redrive`)
  t.equal(redriven.status, 202, redriven.text)
})

t.test('invocations are found by their delivery', async (t) => {
  await create('told')
  const json = { onFailure: { type: 'event' } }
  await call('PUT /functions/told/async-configuration', { json })
  const id = await failed('told')
  const delivery = { destination: 'events', state: 'waiting', attempts: 0 }
  const waiting = await call('GET /functions/told/invocations?delivery=waiting')
  t.match(waiting.body, { invocations: [{ id, delivery }] })
  const dead = await call('GET /functions/told/invocations?delivery=dead')
  t.strictSame(dead.body, { invocations: [] })
  t.equal((await call('GET /functions/told/invocations?delivery=lost')).status, 400)
  t.same(await parts.deadLetters.count('told'), 0)
})
