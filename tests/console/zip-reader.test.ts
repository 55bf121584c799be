import t from 'tap'
import { NotEditable, readZip } from '../../console/src/zip-reader.ts'
import { makeZip } from '../../core/functions/zip.ts'
import { rawZip } from '../fixtures/raw-zip.ts'

async function packed(files: Record<string, string | Buffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await makeZip(files))
}

t.test('The files of a package are read as text, by their paths', async (t) => {
  const files = {
    'index.ts': 'export const handler = async () => "ü"\n'.repeat(100),
    'lib/n.ts': '',
  }
  t.same(await readZip(await packed(files)), files)
})

t.test('What is stored and not packed is read as well', async (t) => {
  const zip = rawZip([{ name: 'index.mjs', content: 'export {}', method: 0 }])
  t.same(await readZip(new Uint8Array(zip)), { 'index.mjs': 'export {}' })
})

const refused: [title: string, files: Record<string, string | Buffer>, reason: RegExp][] = [
  ['that is no text', { 'a.bin': Buffer.from([0xff, 0xfe, 0x00]) }, /"a.bin" is no text/],
  ['that is large', { 'a.js': 'x'.repeat(300 * 1024) }, /more than 256 kB/],
  [
    'of many files',
    Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`${index}.js`, 'x'])),
    /more than 50 files/,
  ],
]
for (const [title, files, reason] of refused) {
  t.test(`A package ${title} is not opened for editing`, async (t) => {
    await t.rejects(readZip(await packed(files)), { name: 'NotEditable', message: reason })
  })
}

t.test('What is no package, or promises less than it holds, is said to be damaged', async (t) => {
  await t.rejects(readZip(new Uint8Array(100)), NotEditable)
  await t.rejects(readZip(new Uint8Array(5)), NotEditable)
  const zip = rawZip([{ name: 'a.js', content: 'x'.repeat(1000), statedSize: 3 }])
  await t.rejects(readZip(new Uint8Array(zip)), { message: /damaged/ })
})
