import { readFileSync } from 'node:fs'
import t from 'tap'
import {
  changeKey,
  lambdaEvent,
  type ObjectRecord,
  readWebhook,
} from '../../../core/triggers/s3-event.ts'

/** Bodies as a MinIO sent them. */
const recorded: Record<string, object> = JSON.parse(
  readFileSync(new URL('../../fixtures/minio-events.json', import.meta.url), 'utf8'),
)

function recordOf(name: string): ObjectRecord {
  const { records, garbage } = readWebhook(Buffer.from(JSON.stringify(recorded[name])))
  const [record] = records
  if (!record || garbage) throw new Error(`${name}: ${garbage}`)
  return record
}

function altered(name: string, change: (record: ObjectRecord['raw']) => void): ObjectRecord {
  const body = structuredClone(recorded[name]) as { Records: ObjectRecord['raw'][] }
  for (const raw of body.Records) change(raw)
  const [record] = readWebhook(Buffer.from(JSON.stringify(body))).records
  if (!record) throw new Error('no record')
  return record
}

t.test('a handler sees exactly what S3 would have sent, whatever MinIO adds', async (t) => {
  t.strictSame(lambdaEvent(recordOf('put-encoded-key'), 'the-trigger'), {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: '2026-11-23T07:51:55.298Z',
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'hearth' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: {
          'x-amz-request-id': '18EA9D43A3CB989A',
          'x-amz-id-2': '882ef9f9f85bc09e84d8d609ddbcdeb4a9d3bb2ca6a6d4909f8cf57ab0c0afc6',
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'the-trigger',
          bucket: {
            name: 'photos',
            ownerIdentity: { principalId: 'hearth' },
            arn: 'arn:aws:s3:::photos',
          },
          object: {
            key: 'summer+2026/%C3%9Cnter%2Bden+%26+Linden.jpg',
            size: 5,
            eTag: '5d41402abc4b2a76b9719d911017c592',
            sequencer: '18EA9D43A3D233D1',
          },
        },
      },
    ],
  })
})

t.test('each kind of event has S3’s name and the fields that it has there', async (t) => {
  const table: [string, string, string[]][] = [
    [
      'complete-multipart',
      'ObjectCreated:CompleteMultipartUpload',
      ['key', 'size', 'eTag', 'sequencer'],
    ],
    ['copy', 'ObjectCreated:Copy', ['key', 'size', 'eTag', 'sequencer']],
    ['delete', 'ObjectRemoved:Delete', ['key', 'sequencer']],
    ['put-versioned', 'ObjectCreated:Put', ['key', 'size', 'eTag', 'versionId', 'sequencer']],
    ['delete-marker', 'ObjectRemoved:DeleteMarkerCreated', ['key', 'versionId', 'sequencer']],
  ]
  for (const [name, eventName, fields] of table) {
    const [record] = lambdaEvent(recordOf(name), 'id').Records
    t.equal(record?.eventName, eventName)
    t.strictSame(Object.keys(record?.s3.object ?? {}), fields, name)
  }
})

t.test('the key is decoded for matching', async (t) => {
  t.equal(recordOf('put-encoded-key').key, 'summer 2026/Ünter+den & Linden.jpg')
})

t.test('two reports of one change have one key, however they were told', async (t) => {
  const key = changeKey(recordOf('put-encoded-key'))
  const others: ObjectRecord[] = [
    recordOf('put-encoded-key'),
    altered('put-encoded-key', (raw) => {
      raw.eventTime = '2026-11-24T00:00:00.000Z'
    }),
    // A listing knows the modification time in milliseconds only.
    altered('put-encoded-key', (raw) => {
      const ns = BigInt('0x18EA9D43A3D233D1')
      raw.s3.object.sequencer = ((ns / 1_000_000n) * 1_000_000n).toString(16)
    }),
    altered('put-encoded-key', (raw) => {
      raw.eventName = 's3:ObjectCreated:Copy'
    }),
    altered('put-encoded-key', (raw) => {
      raw.s3.object.versionId = 'null'
    }),
  ]
  for (const other of others) t.equal(changeKey(other), key)
})

t.test('another change of the object has another key', async (t) => {
  const key = changeKey(recordOf('put-encoded-key'))
  const others = [
    altered('put-encoded-key', (raw) => {
      raw.s3.object.sequencer = '18EA9D43B3D233D1'
    }),
    altered('put-encoded-key', (raw) => {
      raw.s3.object.eTag = 'another'
    }),
    altered('put-encoded-key', (raw) => {
      raw.s3.object.versionId = 'v2'
    }),
    altered('put-encoded-key', (raw) => {
      raw.s3.bucket.name = 'another'
    }),
    altered('put-encoded-key', (raw) => {
      raw.s3.object.key = 'another'
    }),
    altered('put-encoded-key', (raw) => {
      raw.eventName = 's3:ObjectRemoved:Delete'
    }),
  ]
  t.equal(new Set([key, ...others.map(changeKey)]).size, others.length + 1)
})

t.test('a server whose sequencers are no times still tells changes apart', async (t) => {
  const first = altered('delete', (raw) => {
    raw.s3.object.sequencer = '0055AED6DCD90281E5'
  })
  const second = altered('delete', (raw) => {
    raw.s3.object.sequencer = '0055AED6DCD90281E6'
  })
  const without = altered('delete', (raw) => {
    delete raw.s3.object.sequencer
  })
  t.equal(new Set([first, second, without].map(changeKey)).size, 3)
})

t.test('garbage is told as garbage, and hides no good record beside it', async (t) => {
  const good = (recorded.copy as { Records: unknown[] }).Records[0]
  const bodies: [string, string, number][] = [
    ['', 'Body is not JSON', 0],
    ['{', 'Body is not JSON', 0],
    ['null', 'Body has no array "Records"', 0],
    ['[]', 'Body has no array "Records"', 0],
    ['{"Service":"Amazon S3","Event":"s3:TestEvent"}', 'Body has no array "Records"', 0],
    [`{"Records":[${'1,'.repeat(1000)}1]}`, 'Body has more than 1000 records', 0],
    ['{"Records":[{}]}', 'Record 0: fields of an object event', 0],
    [JSON.stringify({ Records: [good, { s3: null }] }), 'Record 1: fields', 1],
    [
      JSON.stringify(recorded.copy).replace('"copy.txt"', '"%zz"'),
      'Record 0: object key is not',
      0,
    ],
  ]
  for (const [body, garbage, records] of bodies) {
    const reading = readWebhook(Buffer.from(body))
    t.match(reading.garbage, garbage)
    t.equal(reading.records.length, records)
  }
})
