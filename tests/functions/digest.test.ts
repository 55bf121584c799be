import { Readable } from 'node:stream'
import t from 'tap'
import { loadExample, readObject } from '../fixtures/example.ts'
import { startMinio } from '../fixtures/minio.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
await minio.store.createBucket('photos')
await minio.store.createBucket('digests')

const digest = await loadExample(t, 'digest', minio)
const sizes = { 'b.jpg': 20, 'a|b`c.jpg': 300, 'holiday/c.jpg': 1 }
for (const [key, size] of Object.entries(sizes)) {
  await minio.store.putObject({ bucket: 'photos', key, size }, Readable.from([Buffer.alloc(size)]))
}
const { objects } = await minio.store.listObjects('photos', { limit: 1 })
const today = objects[0]?.lastModified.slice(0, 10) ?? ''

t.test('it tells what was put into the bucket that day, largest first', async (t) => {
  const result = await digest.handler({ date: today })
  t.match(result, { bucket: 'photos', date: today, objects: 3, bytes: 321 })
  t.same(JSON.parse((await readObject(minio, `digests/photos/${today}.json`)).toString()), result)
  const { largest } = result as { largest: { key: string }[] }
  t.same(
    largest.map(({ key }) => key),
    ['a|b`c.jpg', 'b.jpg', 'holiday/c.jpg'],
  )
  const markdown = (await readObject(minio, `digests/photos/${today}.md`)).toString()
  t.match(markdown, /^\| `a\?b\?c.jpg` \| 300 \|/m)
})

t.test('a schedule gets the day before its own time, however late it runs', async (t) => {
  const event = { source: 'aws.events', time: '2020-03-01T06:00:00Z' }
  t.match(await digest.handler(event), { date: '2020-02-29', objects: 0 })
  const markdown = (await readObject(minio, 'digests/photos/2020-02-29.md')).toString()
  t.match(markdown, '0 objects, 0 bytes.')
  const yesterday = new Date(Date.now() - 24 * 3_600_000).toISOString().slice(0, 10)
  t.match(await digest.handler({}), { date: yesterday })
})

t.test('a day that is none is refused', async (t) => {
  for (const event of [{ date: '2026-02-30' }, { date: '../x' }, { date: 5 }, { time: 'soon' }]) {
    await t.rejects(digest.handler(event), { message: /must be a day/ })
  }
})
