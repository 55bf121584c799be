import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import t from 'tap'
import { loadExample, objectCreated, readObject, samplePath } from '../fixtures/example.ts'
import { startMinio } from '../fixtures/minio.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
await minio.store.createBucket('documents')
await minio.store.createBucket('converted-documents')

const example = await loadExample(t, 'convert-document', minio)
const document = await readFile(samplePath('convert-document', 'brewing-coffee.docx'))

async function put(key: string, bytes: Buffer) {
  const upload = { bucket: 'documents', key, size: bytes.length }
  await minio.store.putObject(upload, Readable.from([bytes]))
  return objectCreated('documents', key, bytes.length)
}

async function output(key: string): Promise<string> {
  return (await readObject(minio, `converted-documents/${key}`)).toString()
}

t.test('a Word document becomes a page, Markdown and its images', async (t) => {
  const written = await example.handler(await put('guides/brewing coffee.docx', document))
  const folder = 'guides/brewing coffee'
  t.same(
    written,
    ['image-1.jpg', 'index.md', 'index.html'].map((name) => `${folder}/${name}`),
  )

  const html = await output(`${folder}/index.html`)
  t.match(html, /<h1[^>]*>(<a [^>]*><\/a>)*Steps<\/h1>/)
  t.match(html, '<strong>freshly ground</strong>')
  t.match(html, /<ol><li>.*Pour in circles:<ol><li>/)
  t.match(html, /<td>.*1000.*<\/td>/)
  t.match(html, '<img src="image-1.jpg" />')

  const markdown = await output(`${folder}/index.md`)
  t.match(markdown, /^# Steps$/m)
  t.match(markdown, /^## If it tastes wrong$/m)
  t.match(markdown, '**freshly ground**')
  t.match(markdown, '[notes on preparation](https://en.wikipedia.org/wiki/Coffee_preparation)')
  t.match(markdown, /^3\. +Pour in circles:/m)
  t.match(
    markdown,
    /\| Cups \| Coffee \(g\) \| Water \(ml\) \| Time \|\n\| --- \| --- \| --- \| --- \|\n/,
  )
  t.match(markdown, /\| 4 \| 58 \| 1000 \| 5:00 min \|/)
  t.match(markdown, '![](image-1.jpg)\n\nA cup of coffee on a wooden table\n')

  t.match(markdown, '> Change one thing at a time')
  t.match(markdown, 'the ratio `1:17`')

  const image = await readObject(minio, `converted-documents/${folder}/image-1.jpg`)
  t.equal(image.readUInt16BE(0), 0xffd8, 'the image is the JPEG of the document')
})

t.test('a file that is no Word document fails, and leaves nothing', async (t) => {
  await t.rejects(example.handler(await put('fake.docx', Buffer.from('no zip'))))
  await t.rejects(output('fake/index.html'), { code: 'ObjectNotFound' })
})

t.test('a document that was deleted meanwhile is skipped', async (t) => {
  t.same(await example.handler(objectCreated('documents', 'gone.docx', 1)), [])
})
