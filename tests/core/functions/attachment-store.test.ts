import t from 'tap'
import { AttachmentStore } from '../../../core/functions/attachment-store.ts'
import { asVersion, DEFAULT_CONFIGURATION, functionArn } from '../../../core/functions/function.ts'
import { FunctionStore } from '../../../core/functions/function-store.ts'
import { LATEST } from '../../../core/functions/qualifier.ts'
import { startRedis } from '../../fixtures/redis.ts'

const server = await startRedis()
t.teardown(() => server.stop())
t.beforeEach(async () => {
  await server.redis.flushall()
  await functions.create(F, asVersion(F, { number: 1, revisionId: 'v1' }))
})
const functions = new FunctionStore(server.redis)
const attachments = new AttachmentStore(server.redis)

const now = new Date().toISOString()
const F = {
  ...DEFAULT_CONFIGURATION,
  name: 'f',
  arn: functionArn('f'),
  codeSha256: 'x',
  codeSize: 1,
  version: LATEST,
  state: 'Active',
  revisionId: 'r1',
  createdAt: now,
  lastModified: now,
} as const
const alias = (name: string, revisionId = 'a1') => ({
  name,
  functionVersion: '1',
  description: '',
  weights: {},
  revisionId,
})
const url = (urlId: string) =>
  ({ urlId, authType: 'NONE', invokeMode: 'BUFFERED', createdAt: now, lastModified: now }) as const
const place = <K extends 'alias' | 'url' | 'async'>(kind: K, qualifier = LATEST) => ({
  functionName: 'f',
  kind,
  qualifier,
})

t.test('Of many that make the same one at once, one does', async (t) => {
  const tries = Array.from({ length: 20 }, (_, n) =>
    attachments.put(place('alias', 'live'), alias('live', `a${n}`), { expected: 'none' }),
  )
  const ends = await Promise.all(tries)
  t.equal(ends.filter((end) => end === undefined).length, 1)
  t.equal(ends.filter((end) => end === 'exists').length, 19)
})

t.test('A change needs the revision that is there', async (t) => {
  const of = place('alias', 'live')
  t.equal(await attachments.put(of, alias('live'), { expected: 'a1' }), 'changed', 'there is none')
  await attachments.put(of, alias('live'))
  t.equal(await attachments.put(of, alias('live', 'a2'), { expected: 'a0' }), 'changed')
  t.equal(await attachments.put(of, alias('live', 'a2'), { expected: 'a1' }), undefined)
  t.match(await attachments.read(of), { revisionId: 'a2' })
})

t.test('What it needs must be there, or nothing is written', async (t) => {
  const of = place('alias', 'live')
  await t.rejects(attachments.put(of, alias('live'), { needs: ['1', '2'] }), {
    code: 'FunctionNotFound',
    message: /"f:2"/,
  })
  await t.rejects(attachments.put(place('url', 'none'), url('a')), { message: /"f:none"/ })
  await t.rejects(attachments.put({ functionName: 'g', kind: 'url' }, url('a')), {
    message: /"g"/,
  })
  t.strictSame(await attachments.all('f'), [])
  t.strictSame(await server.redis.keys('*attachments*'), [])
})

t.test('An address finds its target for as long as it has it', async (t) => {
  await attachments.put(place('alias', 'live'), alias('live'))
  await attachments.put(place('url'), url('aa'))
  await attachments.put(place('url', 'live'), url('bb'))
  t.match(await attachments.byUrlId('aa'), { target: 'f', authType: 'NONE' })
  t.match(await attachments.byUrlId('bb'), { target: 'f:live' })
  await attachments.put(place('url'), url('cc'))
  await t.rejects(attachments.byUrlId('aa'), { code: 'FunctionUrlNotFound' })
  t.match(await attachments.remove(place('url')), { urlId: 'cc' })
  await t.rejects(attachments.byUrlId('cc'), { code: 'FunctionUrlNotFound' })
  t.equal(await attachments.remove(place('url')), undefined)
})

t.test('With an alias goes all that hangs on it, and nothing else', async (t) => {
  await attachments.put(place('alias', 'live'), alias('live'))
  const events = { maximumRetryAttempts: 1, maximumEventAgeSeconds: 60, lastModified: now }
  const to = { type: 'http', url: 'https://example.com/a/b' } as const
  await attachments.put(place('async', 'live'), { ...events, onFailure: to })
  await attachments.put(place('async', '1'), { ...events, maximumEventAgeSeconds: 70 })
  await attachments.put(place('url', 'live'), url('bb'))
  t.strictSame(await server.redis.hgetall('hearth:event-ages'), {
    'f:live': '60000',
    'f:1': '70000',
  })
  const stored = await server.redis.hget('hearth:on-failure', 'f:live')
  t.strictSame(JSON.parse(String(stored)), to)
  t.match(await attachments.remove(place('alias', 'live')), { name: 'live' })
  t.match(await attachments.all('f'), [{ kind: 'async', qualifier: '1' }])
  t.strictSame(await server.redis.hgetall('hearth:event-ages'), { 'f:1': '70000' })
  t.equal(await server.redis.hlen('hearth:on-failure'), 0)
  await t.rejects(attachments.byUrlId('bb'), { code: 'FunctionUrlNotFound' })
})

t.test('A deleted function leaves nothing', async (t) => {
  await attachments.put(place('alias', 'live'), alias('live'))
  await attachments.put(place('url', 'live'), url('bb'))
  t.strictSame((await functions.delete('f')).sort(), ['f', 'f:1', 'f:live'])
  t.strictSame(await server.redis.keys('*'), [])
})
