import { execFileSync, spawnSync } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { MAX_ZIP_BYTES } from '../../../core/functions/function.ts'
import { inspectZip, makeZip, unpackZip } from '../../../core/functions/zip.ts'
import { type RawEntry, rawEntry, rawZip } from '../../fixtures/raw-zip.ts'

const LINK = 0o120777
const DEVICE = 0o020666
const FIFO = 0o010644
const SOCKET = 0o140755
const SIZES_FOLLOW = 0x8
const ENCRYPTED = 0x1
const UTF8 = 0x800
const STORED = 0

const ok: RawEntry = { name: 'index.mjs', content: 'export const handler = () => 1' }

const refused: Array<[title: string, entries: RawEntry[], reason: RegExp]> = [
  ['a path that climbs out', [ok, { name: '../evil.js' }], /leads outside|invalid relative path/],
  ['a path that climbs out further down', [ok, { name: 'a/../../evil.js' }], /outside|relative/],
  ['a folder that climbs out', [ok, { name: '../', mode: 0o040755 }], /outside|relative/],
  ['an absolute path', [ok, { name: '/etc/passwd' }], /absolute/],
  ['a backslash', [ok, { name: '..\\evil.js' }], /invalid characters|backslash/],
  ['a drive', [ok, { name: 'C:evil.js' }], /absolute/],
  ['a NUL in a path', [ok, { name: 'a\0.js', flags: UTF8 }], /control characters/],
  ['a line feed in a path', [ok, { name: 'a\n.js', flags: UTF8 }], /control characters/],
  ['an empty name', [ok, { name: '' }], /is empty/],
  ['a path that is not in its shortest form', [ok, { name: 'a//b.js' }], /shortest/],
  ['a path through "."', [ok, { name: 'a/./b.js' }], /shortest/],
  ['a name of 256 bytes', [ok, { name: 'a'.repeat(256) }], /255 bytes/],
  ['a path of more than 1024 bytes', [ok, { name: 'ab/'.repeat(400) }], /1024 bytes/],
  ['a symbolic link', [ok, { name: 'l', content: '/etc/passwd', mode: LINK }], /neither a file/],
  ['a device', [ok, { name: 'd', mode: DEVICE }], /neither a file/],
  ['a pipe', [ok, { name: 'f', mode: FIFO }], /neither a file/],
  ['a socket', [ok, { name: 's', mode: SOCKET }], /neither a file/],
  ['a file by mode that is a folder by name', [ok, { name: 'd/', mode: 0o100644 }], /neither/],
  ['a folder with content', [ok, { name: 'd/', content: 'x', mode: 0o040755 }], /has content/],
  ['an encrypted entry', [{ ...ok, flags: ENCRYPTED }], /encrypted/],
  ['an entry that only its own header calls encrypted', [{ ...ok, local: { flags: 1 } }], /encr/],
  ['an unknown compression', [{ ...ok, method: 12 }], /method 12/],
  ['two entries of one name', [ok, ok], /twice/],
  ['two entries of one name, one as "./"', [ok, { ...ok, name: './index.mjs' }], /twice/],
  ['a file and a folder of one name', [{ name: 'a' }, { name: 'a/', mode: 0o040755 }], /twice/],
  ['a file that another uses as folder', [{ name: 'a' }, { name: 'a/b' }], /both a file and a/],
  ['two names for the same data', [ok, { ...ok, name: 'index.cjs', at: 0 }], /differ/],
  ['an entry in the data of another', nested(), /"inner.js" overlaps/],
  ['another name before the data', [{ ...ok, local: { name: 'jndex.mjs' } }], /headers .* differ/],
  ['another size before the data', [{ ...ok, local: { size: 3 } }], /headers .* differ/],
  ['another checksum before the data', [{ ...ok, local: { crc: 3 } }], /headers .* differ/],
  ['another compression before the data', [{ ...ok, local: { method: 0 } }], /headers .* differ/],
  ['a wrong checksum', [{ ...ok, crc: 42 }], /wrong checksum/],
  ['a wrong checksum of what is not compressed', [{ ...ok, method: STORED, crc: 1 }], /checksum/],
  ['data larger than stated', [{ ...ok, statedSize: 3 }], /larger|inflated/],
  ['data smaller than stated', [{ ...ok, statedSize: 300 }], /smaller/],
  ['large data that is larger than stated', [big({ statedSize: 100_000 })], /larger/],
  ['large data that is smaller than stated', [big({ statedSize: 300_000 })], /smaller/],
  ['large data with a wrong checksum', [big({ crc: 1 })], /wrong checksum/],
  ['stored data whose sizes differ', [{ ...ok, method: STORED, statedSize: 7 }], /size mismatch/],
  ['no entry at all', [], /empty/],
]

/** The outer entry, read as it is, holds the inner one's header and data. */
function nested(): RawEntry[] {
  const inner: RawEntry = { name: 'inner.js', content: 'x'.repeat(100) }
  const outer: RawEntry = { name: 'outer', content: rawEntry(inner), method: STORED }
  return [outer, { ...inner, at: 30 + 'outer'.length }]
}

function big(lies: Partial<RawEntry>): RawEntry {
  return { name: 'big.txt', content: Buffer.alloc(200_000, 'abcdefgh-ijkl'), ...lies }
}

for (const [title, entries, reason] of refused) {
  t.test(`A package with ${title} is refused and writes nothing outside`, async (t) => {
    const outer = t.testdir({ in: {} })
    const zip = rawZip(entries)
    await t.rejects(inspectZip(zip), { code: 'InvalidCodePackage', message: reason })
    await t.rejects(unpackZip(zip, join(outer, 'in')), { code: 'InvalidCodePackage' })
    t.strictSame(await readdir(outer), ['in'])
  })
}

t.test('Bytes that are no archive, and every cut of one that is, are refused', async (t) => {
  const zip = rawZip([ok, { name: 'lib/b.js', content: 'x'.repeat(1000) }])
  for (const bytes of [Buffer.alloc(0), Buffer.from('no zip'), Buffer.alloc(100_000)]) {
    await t.rejects(inspectZip(bytes), { code: 'InvalidCodePackage' })
  }
  for (let length = 0; length < zip.length; length += 1) {
    await t.rejects(inspectZip(zip.subarray(0, length)), { code: 'InvalidCodePackage' })
  }
})

t.test('A flipped bit anywhere never crashes, and never changes a file unnoticed', async (t) => {
  const folder = t.testdir()
  const zip = rawZip([{ name: 'a.txt', content: 'the content of the file' }])
  for (let bit = 0; bit < zip.length * 8; bit += 1) {
    const flipped = Buffer.from(zip)
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    const directory = join(folder, String(bit))
    try {
      await unpackZip(flipped, directory)
    } catch (error) {
      t.match(error, { name: 'HearthError' })
      continue
    }
    for (const name of await readdir(directory)) {
      t.equal(await readFile(join(directory, name), 'utf8'), 'the content of the file')
    }
  }
})

t.test('A bomb is refused by its ratio before it is inflated', async (t) => {
  const zip = rawZip([{ name: 'zeros', content: Buffer.alloc(64 * 1024 * 1024) }])
  await t.rejects(inspectZip(zip), { code: 'InvalidCodePackage', message: /100 times/ })
})

t.test('A bomb that lies about its size is stopped while it is inflated', async (t) => {
  const zip = rawZip([
    { name: 'zeros', content: Buffer.alloc(64 * 1024 * 1024), statedSize: 100_000 },
  ])
  await t.rejects(inspectZip(zip), { code: 'InvalidCodePackage', message: /larger than its head/ })
})

t.test('More than 250 MB in all are refused', async (t) => {
  const entries = Array.from({ length: 251 }, (_, index) => ({
    name: `f${index}`,
    statedSize: 1024 * 1024,
  }))
  await t.rejects(inspectZip(rawZip(entries)), { code: 'PayloadTooLarge', status: 413 })
})

t.test('More than 50 MB of archive are refused unread', async (t) => {
  await t.rejects(inspectZip(Buffer.alloc(MAX_ZIP_BYTES + 1)), { code: 'PayloadTooLarge' })
})

t.test('A million entries are refused, whether or not the count is true', async (t) => {
  const many = Buffer.from(rawZip([ok]))
  // Zip64's own count: 10^6 entries that are not even there.
  const zip64 = Buffer.alloc(56 + 20)
  zip64.writeUInt32LE(0x06064b50, 0)
  zip64.writeBigUInt64LE(44n, 4)
  zip64.writeBigUInt64LE(1_000_000n, 24)
  zip64.writeBigUInt64LE(1_000_000n, 32)
  zip64.writeUInt32LE(0x07064b50, 56)
  const end = many.subarray(many.length - 22)
  const body = many.subarray(0, many.length - 22)
  zip64.writeBigUInt64LE(BigInt(body.length), 64)
  const archive = Buffer.concat([body, zip64, end])
  await t.rejects(inspectZip(archive), { code: 'InvalidCodePackage', message: /1000000 entries/ })
  await t.rejects(inspectZip(rawZip([ok], { statedEntries: 60_000 })), { message: /60000 entries/ })
  await t.rejects(inspectZip(rawZip([ok], { statedEntries: 2 })), { code: 'InvalidCodePackage' })
})

t.test('What a package holds is unpacked byte by byte, with the modes of a sandbox', async (t) => {
  const image = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251))
  const zip = rawZip([
    { name: './', mode: 0o040755 },
    ok,
    { name: './lib/', mode: 0o040700 },
    { name: 'lib/deep/er/image.bin', content: image, mode: 0o100600 },
    { name: 'bin/run', content: '#!/bin/sh\n', mode: 0o104777 },
    { name: 'stored.txt', content: 'as it is', method: STORED },
    { name: 'empty.txt' },
    { name: 'größe-✓.txt', content: 'ja', flags: UTF8 },
    { name: 'streamed.js', content: 's', flags: SIZES_FOLLOW, local: { size: 0, crc: 0 } },
  ])
  t.match(await inspectZip(zip), { entries: 8 })
  const directory = join(t.testdir(), 'task')
  const umask = process.umask(0o077)
  t.teardown(() => process.umask(umask))
  await unpackZip(zip, directory)
  t.strictSame(await readFile(join(directory, 'lib/deep/er/image.bin')), image)
  t.equal(await readFile(join(directory, 'stored.txt'), 'utf8'), 'as it is')
  t.equal(await readFile(join(directory, 'größe-✓.txt'), 'utf8'), 'ja')
  t.equal(await readFile(join(directory, 'streamed.js'), 'utf8'), 's')
  t.equal(await readFile(join(directory, 'empty.txt'), 'utf8'), '')
  const modes = { '.': 0o755, lib: 0o755, 'lib/deep/er/image.bin': 0o644, 'bin/run': 0o755 }
  for (const [path, mode] of Object.entries(modes)) {
    t.equal((await stat(join(directory, path))).mode & 0o7777, mode, path)
  }
})

t.test('Unpacking never writes over or through what is already there', async (t) => {
  const directory = t.testdir({
    outside: 'kept',
    task: { link: t.fixture('symlink', '../outside') },
  })
  await t.rejects(unpackZip(rawZip([{ name: 'link', content: 'x' }]), join(directory, 'task')), {
    code: 'EEXIST',
  })
  t.equal(await readFile(join(directory, 'outside'), 'utf8'), 'kept')
})

t.test('Equal files make equal packages, in whatever order and time zone', async (t) => {
  const one = await makeZip({ 'index.mjs': 'a', 'lib/b.js': Buffer.from('b') })
  const other = await makeZip({ 'lib/b.js': 'b', 'index.mjs': 'a' })
  t.strictSame(one, other)
  const script = `import { makeZip } from '${join(import.meta.dirname, '../../../core/functions/zip.ts')}'
    process.stdout.write((await makeZip({ 'index.mjs': 'a', 'lib/b.js': 'b' })).toString('hex'))`
  const hex = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { TZ: 'Asia/Kolkata' },
  })
  t.equal(hex.toString(), one.toString('hex'))
  t.strictSame(await inspectZip(one), { entries: 2, unpackedBytes: 2 })
})

t.test('Files cannot be packed under a path that unpacking would refuse', async (t) => {
  for (const path of ['../a', '/a', 'a\\b', '', 'a//b', 'C:a', 'a\0']) {
    await t.rejects(makeZip({ [path]: '' }), { code: 'InvalidCodePackage' }, JSON.stringify(path))
  }
})

const python = spawnSync('python3', ['--version']).status === 0 ? false : 'python3 is not there'

t.test('What the usual tools write is taken', { skip: python }, async (t) => {
  const directory = t.testdir({
    function: { 'index.js': 'exports.handler = () => 1', lib: { 'a.js': '' } },
  })
  const script = `import shutil, sys; shutil.make_archive(sys.argv[1], 'zip', sys.argv[2])`
  execFileSync('python3', ['-c', script, join(directory, 'made'), join(directory, 'function')])
  const zip = await readFile(join(directory, 'made.zip'))
  t.match(await inspectZip(zip), { unpackedBytes: 25 })
})
