import t from 'tap'
import { readWebhook } from '../../../core/triggers/s3-event.ts'
import { expandEvents, matchesObject, type ObjectTrigger } from '../../../core/triggers/trigger.ts'

function record(key: string, eventName: string) {
  const object = { key: encodeURIComponent(key) }
  const body = { eventTime: 'now', eventName, s3: { bucket: { name: 'photos' }, object } }
  const [read] = readWebhook(Buffer.from(JSON.stringify({ Records: [body] }))).records
  if (!read) throw new Error('no record')
  return read
}

t.test(
  'an object trigger takes the events, prefix and suffix that it names, and no others',
  async (t) => {
    const table: [Partial<ObjectTrigger>, string, string, boolean][] = [
      [{}, 'a.jpg', 's3:ObjectCreated:Put', true],
      [{}, 'a.jpg', 's3:ObjectCreated:CompleteMultipartUpload', true],
      [{}, 'a.jpg', 's3:ObjectCreated:PutTagging', false],
      [{}, 'a.jpg', 's3:ObjectRemoved:Delete', false],
      [{}, 'a.jpg', 's3:ObjectAccessed:Get', false],
      [{ events: ['s3:ObjectCreated:Copy'] }, 'a.jpg', 's3:ObjectCreated:Put', false],
      [{ events: ['s3:ObjectRemoved:*'] }, 'a.jpg', 's3:ObjectRemoved:DeleteMarkerCreated', true],
      [{ prefix: 'in/' }, 'in/a.jpg', 's3:ObjectCreated:Put', true],
      [{ prefix: 'in/' }, 'inside.jpg', 's3:ObjectCreated:Put', false],
      [{ suffix: '.jpg' }, 'a.jpg', 's3:ObjectCreated:Put', true],
      [{ suffix: '.jpg' }, 'a.jpg.png', 's3:ObjectCreated:Put', false],
      [{ prefix: 'in/' }, 'not-in/a.jpg', 's3:ObjectCreated:Put', false],
      [{ suffix: '.jpg' }, 'a.JPG', 's3:ObjectCreated:Put', false],
      [{ prefix: 'über uns/' }, 'über uns/a.jpg', 's3:ObjectCreated:Put', true],
      [{ bucket: 'another' }, 'a.jpg', 's3:ObjectCreated:Put', false],
    ]
    for (const [fields, key, eventName, expected] of table) {
      const trigger: ObjectTrigger = {
        type: 'object',
        id: 'id',
        functionName: 'f',
        createdAt: '',
        bucket: 'photos',
        events: ['s3:ObjectCreated:*'],
        ...fields,
      }
      const title = `${JSON.stringify(fields)} ${key} ${eventName}`
      t.equal(matchesObject(trigger, record(key, eventName)), expected, title)
    }
  },
)

t.test('the star stands for S3’s events, each once', async (t) => {
  t.same(expandEvents(['s3:ObjectRemoved:*', 's3:ObjectRemoved:Delete']), [
    's3:ObjectRemoved:Delete',
    's3:ObjectRemoved:DeleteMarkerCreated',
  ])
  t.same(expandEvents([]), [])
})
