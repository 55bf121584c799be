import t from 'tap'
import { keys } from '../../../core/keys.ts'
import { ObjectScanStore } from '../../../core/storage/object-scan-store.ts'
import { startRedis } from '../../fixtures/redis.ts'

const redis = await startRedis()
t.teardown(() => redis.stop())
const one = new ObjectScanStore(redis.redis)
const other = new ObjectScanStore(redis.redis)

const pass = { startedMs: 1, clockOffsetMs: 0, isVersioned: false, objects: 0, found: 0 }

t.test('a scan is one scheduler’s, until it gives it back or falls silent', async (t) => {
  t.same(await one.take('photos'), {})
  t.equal(await other.take('photos'), undefined)
  t.equal(await other.save('photos', { pass }), false)
  t.same(await one.read('photos'), {}, 'who has no lease changes nothing')
  t.equal(await one.save('photos', { pass, watermarkMs: 5 }), true)
  t.same(await one.take('photos'), { pass, watermarkMs: 5 }, 'and goes on where it was')
  t.ok((await redis.redis.pttl(keys.objectScanLease('photos'))) > 0)
  t.equal(await one.save('photos', { watermarkMs: 6 }, { release: true }), true)
  t.same(await other.take('photos'), { watermarkMs: 6 })
  await redis.redis.del(keys.objectScanLease('photos'))
  t.same(await one.take('photos'), { watermarkMs: 6 })
  t.equal(await other.save('photos', { pass }), false)
})

t.test('the last fifty findings are kept, and go with the rest', async (t) => {
  for (let index = 0; index < 60; index += 1) {
    await one.addFinding('photos', {
      foundAt: '',
      key: `key-${index}`,
      eventName: '',
      modifiedAt: '',
      functionName: 'f',
      invocationId: '',
    })
  }
  const findings = await one.findings('photos')
  t.equal(findings.length, 50)
  t.equal(findings[0]?.key, 'key-59')
  await one.forget('photos')
  t.same(await one.findings('photos'), [])
  t.same(await one.read('photos'), {})
})
