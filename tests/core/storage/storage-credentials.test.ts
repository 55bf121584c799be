import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import type { HearthError } from '../../../core/errors.ts'
import {
  DEFAULT_CONFIGURATION,
  type FunctionDefinition,
  functionArn,
} from '../../../core/functions/function.ts'
import { ObjectStore } from '../../../core/storage/object-store.ts'
import { StorageCredentials, sessionPolicy } from '../../../core/storage/storage-credentials.ts'
import { startMinio } from '../../fixtures/minio.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const { store, endpoint } = minio

function definition(buckets: FunctionDefinition['buckets'], revisionId = 'r1'): FunctionDefinition {
  return {
    ...DEFAULT_CONFIGURATION,
    name: 'f',
    arn: functionArn('f'),
    codeSha256: '',
    codeSize: 0,
    version: '$LATEST',
    state: 'Active',
    revisionId,
    createdAt: '',
    lastModified: '',
    buckets,
  }
}

/** A client that has what a sandbox would have. */
function clientWith(environment: Record<string, string>): ObjectStore {
  const opened = ObjectStore.open({
    endpoint,
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: environment.AWS_SESSION_TOKEN ?? '',
    webhook: store.webhook,
  })
  t.teardown(() => opened.close())
  return opened
}

async function allowed(action: Promise<unknown>): Promise<boolean> {
  try {
    await action
    return true
  } catch (error) {
    if (/refused the access key/.test((error as HearthError).message)) return false
    throw error
  }
}

const put = (to: ObjectStore, bucket: string, size?: number) =>
  to.putObject(
    { bucket, key: 'x', ...(size !== undefined && { size }) },
    Readable.from([Buffer.from('x')]),
  )

const get = async (from: ObjectStore, bucket: string) =>
  await buffer((await from.getObject(bucket, 'x')).body)

for (const bucket of [
  'in-bucket',
  'in-bucket-too',
  'out-bucket',
  'triggering-bucket',
  'other-bucket',
]) {
  await store.createBucket(bucket)
  await put(store, bucket, 1)
}

t.test(
  'a function may read and write what it declares, read what triggers it, and no more',
  async (t) => {
    const credentials = new StorageCredentials({ state: 'on', store })
    const declared = definition({ read: ['in-bucket'], write: ['out-bucket'] })
    const environment = await credentials.environmentOf(declared, ['triggering-bucket'])
    t.not(environment.AWS_ACCESS_KEY_ID, minio.accessKeyId)
    const own = clientWith(environment)
    const may = {
      readIn: await allowed(get(own, 'in-bucket')),
      listIn: await allowed(own.listObjects('in-bucket', { limit: 1 })),
      writeIn: await allowed(put(own, 'in-bucket', 1)),
      removeIn: await allowed(own.removeObject('in-bucket', 'x')),
      readTriggering: await allowed(get(own, 'triggering-bucket')),
      writeTriggering: await allowed(put(own, 'triggering-bucket', 1)),
      writeOut: await allowed(put(own, 'out-bucket', 1)),
      writeOutInParts: await allowed(put(own, 'out-bucket')),
      readOut: await allowed(get(own, 'out-bucket')),
      readNeighbour: await allowed(get(own, 'in-bucket-too')),
      removeOut: await allowed(own.removeObject('out-bucket', 'x')),
      readOther: await allowed(get(own, 'other-bucket')),
      listOther: await allowed(own.listObjects('other-bucket', { limit: 1 })),
      writeOther: await allowed(put(own, 'other-bucket', 1)),
      createBucket: await allowed(own.createBucket('another-bucket')),
      changeNotification: await allowed(own.reportEvents('out-bucket', ['s3:ObjectCreated:Put'])),
    }
    t.strictSame(may, {
      readIn: true,
      listIn: true,
      writeIn: false,
      removeIn: false,
      readTriggering: true,
      writeTriggering: false,
      writeOut: true,
      writeOutInParts: true,
      readOut: false,
      readNeighbour: false,
      removeOut: true,
      readOther: false,
      listOther: false,
      writeOther: false,
      createBucket: false,
      changeNotification: false,
    })
    t.notOk(
      await allowed(
        own.temporaryCredentials(sessionPolicy({ read: ['other-bucket'], write: [] }) ?? '', 900),
      ),
    )
  },
)

t.test('credentials are made once for a state of a function, and anew for another', async (t) => {
  const credentials = new StorageCredentials({ state: 'on', store })
  const ask = async (revision: string, readable: string[]) => {
    const made = await credentials.environmentOf(
      definition({ read: ['in-bucket'] }, revision),
      readable,
    )
    return made.AWS_ACCESS_KEY_ID
  }
  const [first, second] = await Promise.all([ask('r1', []), ask('r1', [])])
  t.equal(first, second)
  t.not(await ask('r2', []), first)
  t.not(await ask('r1', ['out-bucket']), first)
})

t.test(
  'a function without buckets gets nothing, and so does every one while storage is off',
  async (t) => {
    const on = new StorageCredentials({ state: 'on', store })
    t.same(await on.environmentOf(definition({}), []), {})
    const off = new StorageCredentials({ state: 'off', reason: 'no server' })
    t.same(await off.environmentOf(definition({ read: ['in-bucket'] }), []), {})
  },
)

t.test('a server that cannot be asked is not remembered', async (t) => {
  const credentials = new StorageCredentials({ state: 'on', store })
  await minio.kill()
  await t.rejects(credentials.environmentOf(definition({ read: ['in-bucket'] }), []), {
    code: 'StorageUnavailable',
  })
  await minio.start()
  t.ok((await credentials.environmentOf(definition({ read: ['in-bucket'] }), [])).AWS_SESSION_TOKEN)
})

t.test('more buckets than a policy holds are refused with the reason', async (t) => {
  const read = Array.from({ length: 50 }, (_, index) => `a-bucket-with-a-longer-name-${index}`)
  t.throws(() => sessionPolicy({ read, write: [] }), {
    code: 'InvalidRequest',
    message: /2048 bytes/,
  })
  t.equal(sessionPolicy({ read: [], write: [] }), undefined)
})
