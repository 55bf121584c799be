import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import t, { type Test } from 'tap'
import type { BackupManifest } from '../../core/functions/backup.ts'
import { makeZip } from '../../core/functions/zip.ts'
import {
  backUp,
  configurationOf,
  furnish,
  restore,
  storedZip,
  takeApart,
} from '../fixtures/backups.ts'
import { startGateway } from '../fixtures/gateway.ts'
import { startMinio } from '../fixtures/minio.ts'
import { rawZip } from '../fixtures/raw-zip.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
await minio.store.createBucket('photos')
const start = (t: Test) => startGateway(t, { storage: { state: 'on', store: minio.store } })

/** Where temporary files go until the test is over: other tests have theirs at the same time. */
async function ownTemporaryFolder(t: Test): Promise<string> {
  const folder = await temporaryFolder(t)
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  t.teardown(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
  return folder
}

t.test('what is no whole backup is refused without a trace', async (t) => {
  const [from, to] = [await start(t), await start(t)]
  await furnish(from)
  const good = await backUp(from)
  const { manifest, packages } = await takeApart(good)
  const [[path = '', code = Buffer.alloc(0)] = []] = packages
  const pack = (changed: unknown, more: Record<string, Buffer> = { [path]: code }) =>
    storedZip({ 'manifest.json': Buffer.from(JSON.stringify(changed)), ...more })
  const changed = (change: (manifest: BackupManifest) => void) => {
    const copy = structuredClone(manifest)
    change(copy)
    return pack(copy)
  }
  const first = (m: BackupManifest) => m.functions[0] as BackupManifest['functions'][number]
  const attachedOf = (m: BackupManifest, kind: string) =>
    first(m).attached.find((one) => one.kind === kind) as { value: object }
  const bomb = await makeZip({ 'index.mjs': Buffer.alloc(40 * 1024 * 1024) })
  const trick = rawZip([{ name: '../../escaped.mjs', content: 'x' }])
  const link = rawZip([{ name: 'index.mjs', content: '/etc/passwd', mode: 0o120777 }])
  const withPackage = async (zip: Buffer) => {
    const digest = createHash('sha256').update(zip).digest()
    const copy = structuredClone(manifest)
    for (const { definition } of copy.functions) {
      definition.codeSha256 = digest.toString('base64')
      definition.codeSize = zip.length
    }
    return pack(copy, { [`packages/${digest.toString('hex')}.zip`]: zip })
  }
  const compressed = await makeZip({ 'manifest.json': JSON.stringify(manifest) })
  const flipped = (at: number) => {
    const copy = Buffer.from(good)
    copy[at] = (copy[at] ?? 0) ^ 0x10
    return copy
  }
  const cases: [string, Buffer, RegExp][] = [
    ['nothing', Buffer.alloc(0), /it is empty/],
    ['no zip', Buffer.from('hello'.repeat(50)), /cannot be used/],
    ['cut at its half', good.subarray(0, good.length / 2), /cannot be used/],
    ['cut by a byte', good.subarray(0, -1), /cannot be used/],
    ['a bit flipped in the manifest', flipped(100), /wrong checksum/],
    ['a bit flipped in a package', flipped(good.indexOf(code) + 60), /wrong checksum|damaged/],
    ['another zip', storedZip({ 'index.mjs': Buffer.from('x') }), /no manifest.json/],
    ['a package too many', pack(manifest, { [path]: code, 'x.zip': code }), /"x.zip" does not/],
    ['a package too few', pack(manifest, {}), /lacks the code package/],
    ['a path that leads outside', pack(manifest, { '../x': code }), /cannot be used/],
    ['another package under the name', pack(manifest, { [path]: Buffer.from('x') }), /damaged/],
    ['compressed', compressed, /"manifest.json" is compressed/],
    ['a zip bomb as code', await withPackage(bomb), /100 times its size/],
    ['code that leads outside', await withPackage(trick), /invalid relative path/],
    ['code that is a link', await withPackage(link), /neither a file nor a folder/],
    ['no JSON', storedZip({ 'manifest.json': Buffer.from('{') }), /not JSON/],
    ['not of a Hearth', pack({ ...manifest, format: 'other' }), /not the backup of a Hearth/],
    [
      'a later version',
      pack({ ...manifest, version: 6 }),
      /has version 6, and this Hearth reads 2 to 5/,
    ],
    ['no version', pack({ format: 'hearth-backup' }), /has version undefined/],
    ['an unknown field', pack({ ...manifest, x: 1 }), /unknown fields: "x"/],
    [
      'a name that cannot be',
      changed((m) => Object.assign(first(m).definition, { name: '../x' })),
      /"name" must be/,
    ],
    ['a name twice', changed((m) => m.functions.push(first(m))), /is there twice/],
    [
      'too little memory',
      changed((m) => Object.assign(first(m).definition, { memoryMb: 1 })),
      /function "full": "memoryMb" must/,
    ],
    [
      'an unknown setting',
      changed((m) => Object.assign(first(m).definition, { root: true })),
      /unknown fields: "root"/,
    ],
    [
      'a reserved variable',
      changed((m) => Object.assign(first(m).definition, { environment: { AWS_REGION: 'x' } })),
      /is reserved/,
    ],
    [
      'a destination that is no URL',
      changed((m) =>
        Object.assign(attachedOf(m, 'async').value, {
          onFailure: { type: 'http', url: 'http://[x' },
        }),
      ),
      /is not a URL/,
    ],
    [
      'an address that is a path',
      changed((m) => Object.assign(attachedOf(m, 'url').value, { urlId: '../x' })),
      /"urlId" must be: 32 hex/,
    ],
    [
      'a trigger of another function',
      changed((m) => Object.assign(first(m).triggers[0] ?? {}, { functionName: 'plain' })),
      /is another function's/,
    ],
    [
      'a schedule that is none',
      changed((m) => Object.assign(first(m).triggers[0] ?? {}, { schedule: 'often' })),
      /neither rate/,
    ],
    [
      'a pattern that is none',
      changed((m) => Object.assign(first(m).triggers[2] ?? {}, { pattern: {} })),
      /pattern is not valid/,
    ],
    [
      'a prototype',
      pack(JSON.parse(JSON.stringify(manifest).replace('"STAGE"', '"__proto__"'))),
      /__proto__/,
    ],
  ]
  const before = await configurationOf(to)
  const temporary = await ownTemporaryFolder(t)
  for (const [what, archive, says] of cases) {
    const { status, body } = await restore(to, archive)
    t.equal(status, 400, what)
    t.match(body?.error, { code: 'InvalidBackup', message: says }, what)
  }
  t.strictSame(await configurationOf(to), before)
  await t.rejects(readdir(to.packages), { code: 'ENOENT' }, 'no package was stored')
  t.strictSame(await readdir(temporary), [], 'no temporary file is left')
  t.strictSame(to.link.announced, [])
})

t.test('a flipped bit never restores anything else than what was backed up', async (t) => {
  const [from, to] = [await start(t), await start(t)]
  await furnish(from)
  const good = await backUp(from)
  t.equal((await restore(to, good)).status, 200)
  const before = await configurationOf(to)
  const answers = new Set<number>()
  for (let at = 0; at < good.length; at += 37) {
    const copy = Buffer.from(good)
    copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8))
    const { status } = await restore(to, copy, '?replace=true')
    answers.add(status)
  }
  t.ok(answers.has(400))
  t.notOk(answers.has(500))
  t.strictSame(await configurationOf(to), before)
})
