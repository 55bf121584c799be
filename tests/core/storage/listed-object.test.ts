import { readFileSync } from 'node:fs'
import t from 'tap'
import { listedRecord } from '../../../core/storage/listed-object.ts'
import type { StoredVersion } from '../../../core/storage/stored-object.ts'
import {
  changeKey,
  lambdaEvent,
  type ObjectRecord,
  readWebhook,
} from '../../../core/triggers/s3-event.ts'
import type { ObjectTrigger } from '../../../core/triggers/trigger.ts'

/** Bodies as a MinIO sent them. */
const recorded: Record<string, object> = JSON.parse(
  readFileSync(new URL('../../fixtures/minio-events.json', import.meta.url), 'utf8'),
)

function toldOf(name: string): ObjectRecord {
  const [record] = readWebhook(Buffer.from(JSON.stringify(recorded[name]))).records
  if (!record) throw new Error(`no record ${name}`)
  return record
}

/** What a listing shows of it. */
function listedOf({ key, raw, eventName }: ObjectRecord): StoredVersion {
  const { size = 0, eTag = '', versionId, sequencer = '' } = raw.s3.object
  return {
    key,
    size,
    eTag,
    lastModified: new Date(Number(BigInt(`0x${sequencer}`) / 1_000_000n)).toISOString(),
    ...(versionId !== undefined && { versionId }),
    ...(eventName.includes('DeleteMarker') && { isDeleteMarker: true }),
  }
}

function trigger(fields: Partial<ObjectTrigger> = {}): ObjectTrigger {
  return {
    id: 'the-trigger',
    functionName: 'f',
    createdAt: '2026-01-01T00:00:00.000Z',
    type: 'object',
    bucket: 'photos',
    events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
    ...fields,
  }
}

t.test('what a webhook told and what a listing shows are one change', async (t) => {
  for (const name of ['put-encoded-key', 'complete-multipart', 'put-versioned', 'delete-marker']) {
    const told = toldOf(name)
    const shown = listedRecord(listedOf(told), trigger({ bucket: told.bucket }))
    t.ok(shown, name)
    if (!shown) continue
    t.equal(changeKey(shown), changeKey(told), name)
    const [event] = lambdaEvent(shown, 'x').Records
    const [expected] = lambdaEvent(told, 'x').Records
    t.equal(event?.eventName, expected?.eventName)
    t.strictSame(event?.s3.bucket.name, expected?.s3.bucket.name)
    const ofMs = (object = { sequencer: '0' }) => ({
      ...object,
      sequencer: BigInt(`0x${object.sequencer}`) / 1_000_000n,
    })
    t.strictSame(
      ofMs(event?.s3.object),
      ofMs(expected?.s3.object),
      'the handler sees the same object',
    )
  }
})

t.test('the event is one that the trigger takes and that may have been', async (t) => {
  const plain: StoredVersion = {
    key: 'a.jpg',
    size: 1,
    eTag: 'ab',
    lastModified: '2026-11-25T12:00:00.000Z',
  }
  const inParts = { ...plain, eTag: 'ab-3' }
  const marker = { ...plain, eTag: '', isDeleteMarker: true }
  const of = (listed: StoredVersion, ...events: string[]) =>
    listedRecord(listed, trigger({ events: events as ObjectTrigger['events'] }))?.eventName
  t.equal(of(plain, 's3:ObjectCreated:*'), 'ObjectCreated:Put')
  t.equal(of(plain, 's3:ObjectCreated:Copy'), 'ObjectCreated:Copy')
  t.equal(of(plain, 's3:ObjectCreated:Post'), 'ObjectCreated:Post')
  t.equal(of(plain, 's3:ObjectCreated:CompleteMultipartUpload'), undefined)
  t.equal(of(plain, 's3:ObjectRemoved:*'), undefined)
  t.equal(of(inParts, 's3:ObjectCreated:*'), 'ObjectCreated:CompleteMultipartUpload')
  t.equal(of(inParts, 's3:ObjectCreated:Put'), undefined)
  t.equal(of(marker, 's3:ObjectRemoved:*'), 'ObjectRemoved:DeleteMarkerCreated')
  t.equal(of(marker, 's3:ObjectRemoved:Delete'), undefined)
  t.equal(of(marker, 's3:ObjectCreated:*'), undefined)
})

t.test('a trigger’s prefix and suffix hold for what is listed', async (t) => {
  const listed: StoredVersion = {
    key: 'in/a.jpg',
    size: 1,
    eTag: 'ab',
    lastModified: '2026-11-25T12:00:00.000Z',
  }
  t.ok(listedRecord(listed, trigger({ prefix: 'in/', suffix: '.jpg' })))
  t.notOk(listedRecord(listed, trigger({ prefix: 'out/' })))
  t.notOk(listedRecord(listed, trigger({ suffix: '.png' })))
})

t.test('keys are encoded as S3 encodes them in events', async (t) => {
  const table = new Map([
    ['in/a b/c+d.txt', 'in/a+b/c%2Bd.txt'],
    ['größe/画像 1.txt', 'gr%C3%B6%C3%9Fe/%E7%94%BB%E5%83%8F+1.txt'],
    ["100% & [x]='y';~.txt", '100%25+%26+%5Bx%5D%3D%27y%27%3B~.txt'],
    ['a*b(c)!%7E%2F', 'a%2Ab%28c%29%21%257E%252F'],
  ])
  for (const [key, encoded] of table) {
    const listed: StoredVersion = {
      key,
      size: 1,
      eTag: 'ab',
      lastModified: '2026-11-25T12:00:00.000Z',
    }
    const record = listedRecord(listed, trigger())
    t.equal(record && lambdaEvent(record, 'x').Records[0]?.s3.object.key, encoded)
  }
})
