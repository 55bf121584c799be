import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { keys } from '../../../core/keys.ts'
import { BucketPayloadStore } from '../../../core/payloads/bucket-payload-store.ts'
import { FolderPayloadStore } from '../../../core/payloads/folder-payload-store.ts'
import type { PayloadStore, StoredPayload } from '../../../core/payloads/payload-store.ts'
import { PayloadSweep } from '../../../core/payloads/payload-sweep.ts'
import { startMinio } from '../../fixtures/minio.ts'
import { startRedis } from '../../fixtures/redis.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

async function allOf(store: PayloadStore): Promise<StoredPayload[]> {
  const all: StoredPayload[] = []
  for (let cursor = '', first = true; first || cursor !== ''; first = false) {
    const page = await store.page(cursor)
    all.push(...page.payloads)
    cursor = page.cursor
  }
  return all
}

async function keeps(t: Test, store: PayloadStore) {
  t.same(await allOf(store), [])
  const bytes = Buffer.from([0, 255, 10, ...Buffer.alloc(100_000, 'x')])
  await store.put('ab12.event', bytes)
  await store.put('cd34.1.result', Buffer.from('"small"'))
  t.ok((await store.get('ab12.event')).equals(bytes))
  const names = (await allOf(store)).map(({ name }) => name)
  t.same(names.sort(), ['ab12.event', 'cd34.1.result'])
  for (const { modifiedAt } of await allOf(store)) {
    t.ok(Math.abs(modifiedAt.getTime() - Date.now()) < 60_000)
  }
  await store.remove('ab12.event')
  await store.remove('ab12.event')
  await t.rejects(store.get('ab12.event'), { code: 'PayloadMissing' })
  t.equal((await store.get('cd34.1.result')).toString(), '"small"')
}

t.test('a folder keeps payloads, whole or not at all', async (t) => {
  const folder = await temporaryFolder(t, 'payloads')
  await keeps(t, new FolderPayloadStore(folder))
  t.same(await readdir(join(folder, 'ab')), [], 'no draft is left')
  const notThere = new FolderPayloadStore(join(import.meta.filename, 'payloads'))
  await t.rejects(notThere.put('ab', Buffer.alloc(1)), { code: 'PayloadsUnavailable' })
})

t.test('a bucket keeps payloads', async (t) => {
  const minio = await startMinio({ webhookPort: 9 })
  t.teardown(() => minio.stop())
  await keeps(t, await BucketPayloadStore.open(minio.store, 'one'))
  const other = await BucketPayloadStore.open(minio.store, 'other')
  t.same(await allOf(other), [], 'another platform does not see them')
})

t.test('the sweep removes what no record has, and nothing else', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const folder = await temporaryFolder(t, 'payloads')
  const store = new FolderPayloadStore(folder)
  const sweep = new PayloadSweep({ redis: redis.redis, payloads: store })
  for (const name of ['aa-had', 'aa-let-go', 'aa-orphan', 'aa-new', 'bb-orphan']) {
    await store.put(name, Buffer.from('x'))
    const old = Date.now() / 1000 - 2 * 60 * 60
    if (name !== 'aa-new') await utimes(join(folder, name.slice(0, 2), name), old, old)
  }
  await redis.redis.sadd(keys.payloads, 'aa-had')
  await redis.redis.rpush(keys.payloadsGone, 'aa-let-go', 'never-there')
  for (let round = 0; round < 3; round += 1) await sweep.sweep()
  const left = (await allOf(store)).map(({ name }) => name)
  t.same(left.sort(), ['aa-had', 'aa-new'])
  t.equal(await redis.redis.exists(keys.payloadsGone), 0)
})
