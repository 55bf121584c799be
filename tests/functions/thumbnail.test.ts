import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import t from 'tap'
import { loadExample, objectCreated, readObject, samplePath } from '../fixtures/example.ts'
import { startMinio } from '../fixtures/minio.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
await minio.store.createBucket('photos')
await minio.store.createBucket('thumbnails')

const thumbnail = await loadExample(t, 'thumbnail', minio)
const photo = await readFile(samplePath('thumbnail', 'coffee.jpg'))
interface Picture {
  metadata(): Promise<{ width: number; height: number; format: string; orientation?: number }>
  rotate(degrees: number): Picture
  resize(options: { width: number; height: number; fit: 'fill' }): Picture
  raw(): Picture
  toBuffer(): Promise<Buffer>
}
type Sharp = (bytes: Buffer) => Picture
const { default: sharp } = (await thumbnail.load('node_modules/sharp/dist/index.mjs')) as {
  default: Sharp
}

/** Mean difference per colour value between a picture and the photo turned by hand. */
async function difference(
  picture: Buffer,
  original: Buffer,
  size: { width: number; height: number },
): Promise<number> {
  const turned = sharp(original)
    .rotate(90)
    .resize({ ...size, fit: 'fill' })
  const [a, b] = await Promise.all([sharp(picture).raw().toBuffer(), turned.raw().toBuffer()])
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length
}

async function put(key: string, bytes: Buffer) {
  await minio.store.putObject({ bucket: 'photos', key, size: bytes.length }, Readable.from([bytes]))
  return objectCreated('photos', key, bytes.length)
}

t.test('a photo gives three sizes, upright whatever way the camera stored it', async (t) => {
  t.match(await sharp(photo).metadata(), { width: 400, height: 600, orientation: 6 })
  const event = await put('holiday/my cup & saucer.jpg', photo)
  const folder = 'holiday/my cup & saucer.jpg'
  t.match(await thumbnail.handler(event), [
    { key: folder, written: ['small', 'medium', 'large'].map((size) => `${folder}/${size}.webp`) },
  ])
  for (const [size, width, height] of [
    ['small', 128, 85],
    ['medium', 256, 171],
    ['large', 512, 341],
  ] as const) {
    const bytes = await readObject(minio, `thumbnails/${folder}/${size}.webp`)
    const found = await sharp(bytes).metadata()
    t.match(found, { format: 'webp', width, height }, size)
    t.equal(found.orientation, undefined, 'nothing is left for a viewer to turn')
    t.ok((await difference(bytes, photo, { width, height })) < 8, 'the right side is up')
  }
})

t.test('an event that comes twice writes the same objects again', async (t) => {
  const event = await put('twice.jpg', photo)
  await thumbnail.handler(event)
  const first = await readObject(minio, 'thumbnails/twice.jpg/small.webp')
  await thumbnail.handler(event)
  t.ok(first.equals(await readObject(minio, 'thumbnails/twice.jpg/small.webp')))
})

t.test('what is no image, is too large or is gone is skipped, and said to be', async (t) => {
  const text = await put('notes.txt', Buffer.from('no image at all'))
  t.match(await thumbnail.handler(text), [{ written: [], skipped: 'it is no image' }])
  const gone = objectCreated('photos', 'gone.jpg', 10)
  t.match(await thumbnail.handler(gone), [{ written: [], skipped: 'it was deleted meanwhile' }])
  const large = objectCreated('photos', 'twice.jpg', 10 ** 9)
  t.match(await thumbnail.handler(large), [{ written: [], skipped: 'it has 1000000000 bytes' }])
})

t.test('one damaged photo fails the event, and the others of it are done', async (t) => {
  const damaged = await put('damaged.jpg', photo.subarray(0, 3000))
  const whole = await put('whole.jpg', photo)
  const event = { Records: [...damaged.Records, ...whole.Records] }
  await t.rejects(thumbnail.handler(event), { name: 'AggregateError' })
  t.ok((await readObject(minio, 'thumbnails/whole.jpg/large.webp')).length > 0)
})

t.test('it refuses to write into the bucket that triggers it', async (t) => {
  const event = objectCreated('thumbnails', 'whole.jpg/large.webp', 10)
  await t.rejects(thumbnail.handler(event), { message: /would go into it/ })
})
