import t from 'tap'
import type { Completion } from '../../../core/invocations/claim.ts'
import { ClaimStore } from '../../../core/invocations/claim-store.ts'
import { keys } from '../../../core/keys.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const { call, create, redis, payloads } = await startGateway(t)
const claims = new ClaimStore({ redis: redis.redis, payloads, owner: { nodeId: 'n', bootId: 'b' } })
const error = { errorType: 'TypeError', errorMessage: 'no' }

const accept = (route: string) =>
  call(`POST /functions/${route}`, { payload: '{}', headers: { prefer: 'respond-async' } })

/** Claims what waits, and ends it so. */
async function end(functionName: string, next: Completion['next']) {
  const token = ((await redis.redis.get(keys.turn(functionName))) ?? '').replace(/^w:/, '')
  for (const claim of (await claims.claim({ functionName, token }, 10))?.claims ?? []) {
    await claims.complete(claim, { outcome: 'functionError', next, error })
  }
}

t.test('where nothing waits, no queue is listed', async (t) => {
  await create('empty')
  t.strictSame((await call('GET /queues')).body, { queues: [] })
})

t.test('of each target is told what waits, for how long, and what is dead', async (t) => {
  await create('f')
  await call('POST /functions/f/versions', { json: {} })
  await accept('f/invocations')
  await accept('f/invocations')
  await accept('f/invocations?qualifier=1')
  await create('dead')
  await accept('dead/invocations')
  await end('dead', { state: 'failed' })
  await create('later')
  await accept('later/invocations')
  await end('later', { state: 'queued', delayMs: 60_000 })
  const { status, body } = await call('GET /queues')
  t.equal(status, 200)
  t.match(body.queues, [
    { target: 'dead', ready: 0, later: 0, oldestAgeMs: undefined, deadLetters: 1 },
    { target: 'f', ready: 2, later: 0, oldestAgeMs: Number, deadLetters: 0 },
    { target: 'f:1', ready: 1, later: 0, oldestAgeMs: Number, deadLetters: 0 },
    { target: 'later', ready: 0, later: 1, oldestAgeMs: Number, deadLetters: 0 },
  ])
})

t.test('pages follow each other by the names of targets', async (t) => {
  const first = await call('GET /queues?limit=2')
  t.match(first.body, { queues: [{ target: 'dead' }, { target: 'f' }], cursor: 'f' })
  const second = await call('GET /queues?limit=2&cursor=f')
  t.match(second.body, { queues: [{ target: 'f:1' }, { target: 'later' }] })
  t.notOk(second.body.cursor)
})

t.test('a function whose dead letters are purged is listed no more', async (t) => {
  await call('DELETE /functions/dead/dead-letters')
  const { body } = await call('GET /queues')
  t.notOk(body.queues.some((one: { target: string }) => one.target === 'dead'))
  t.equal(await redis.redis.sismember(keys.deadTargets, 'dead'), 0, 'and not looked at any more')
})

t.test('with Redis away the answer says so', async (t) => {
  await redis.kill()
  t.match(await call('GET /queues'), { status: 503, body: { error: { code: 'RedisUnavailable' } } })
})
