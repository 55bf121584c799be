import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import t from 'tap'
import { BucketCodeStore } from '../../../core/functions/bucket-code-store.ts'
import { startMinio } from '../../fixtures/minio.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const code = await BucketCodeStore.open(minio.store)

t.test('a package comes back by its hash, and is one however often it is put', async (t) => {
  const zip = Buffer.from('a package')
  const codeSha256 = createHash('sha256').update(zip).digest('base64')
  t.same(await code.put(zip), { codeSha256, codeSize: zip.length })
  t.same(await code.put(zip), { codeSha256, codeSize: zip.length })
  t.ok((await code.get(codeSha256)).equals(zip))
  t.equal((await minio.store.listObjects('hearth-code', { limit: 10 })).objects.length, 1)
})

t.test('another platform’s bucket is used as it is', async (t) => {
  const { codeSha256 } = await code.put(Buffer.from('shared'))
  const other = await BucketCodeStore.open(minio.store)
  t.equal((await other.get(codeSha256)).toString(), 'shared')
})

t.test('a package that is missing or was changed is not handed out', async (t) => {
  const { codeSha256 } = await code.put(Buffer.from('honest'))
  const key = `${Buffer.from(codeSha256, 'base64').toString('hex')}.zip`
  await minio.store.putObject(
    { bucket: 'hearth-code', key, size: 4 },
    Readable.from([Buffer.from('evil')]),
  )
  await t.rejects(code.get(codeSha256), { code: 'SandboxFailed' })
  const missing = createHash('sha256').update('missing').digest('base64')
  await t.rejects(code.get(missing), { code: 'SandboxFailed' })
})

t.test('a server that is gone is StorageUnavailable', async (t) => {
  const { codeSha256 } = await code.put(Buffer.from('x'))
  await minio.kill()
  await t.rejects(code.get(codeSha256), { code: 'StorageUnavailable' })
  await t.rejects(code.put(Buffer.from('y')), { code: 'StorageUnavailable' })
})
