import t from 'tap'
import { notificationWith, webhookMissing } from '../../../core/triggers/bucket-notification.ts'

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
const THEIRS =
  '<QueueConfiguration><Id>007</Id><Filter><S3Key><FilterRule><Name>prefix</Name><Value>0x1F&amp;</Value></FilterRule></S3Key></Filter><Event>s3:ObjectCreated:*</Event><Queue>arn:minio:sqs::HEARTHFASTER:webhook</Queue></QueueConfiguration>'
const OURS = ['HEARTHFAST', 'HEARTHSURE'].map(
  (id) =>
    `<QueueConfiguration><Id>${id}</Id><Event>s3:ObjectCreated:Put</Event><Queue>arn:minio:sqs::${id}:webhook</Queue></QueueConfiguration>`,
)
const PUT = ['s3:ObjectCreated:Put']

function whole(...blocks: string[]): string {
  return `<NotificationConfiguration ${NAMESPACE}>${blocks.join('')}</NotificationConfiguration>`
}

t.test('both targets are set beside what others set, which stays as it is', async (t) => {
  t.equal(notificationWith(whole(), PUT), whole(...OURS))
  t.equal(notificationWith(whole(THEIRS), PUT), whole(THEIRS, ...OURS))
  t.equal(
    notificationWith('', PUT),
    `<NotificationConfiguration>${OURS.join('')}</NotificationConfiguration>`,
  )
  t.equal(notificationWith(`<NotificationConfiguration ${NAMESPACE}/>`, PUT), whole(...OURS))
})

t.test('setting what is set changes nothing', async (t) => {
  t.equal(notificationWith(whole(THEIRS, ...OURS), PUT), whole(THEIRS, ...OURS))
})

t.test('our targets go, wherever they stand and whatever region they have', async (t) => {
  const regional = OURS.map((block) => block.replace('sqs::', 'sqs:us-east-1:'))
  t.equal(notificationWith(whole(...OURS, THEIRS), []), whole(THEIRS))
  t.equal(notificationWith(whole(...regional, THEIRS), []), whole(THEIRS))
})

t.test('a server without our webhooks is told with every variable to set there', async (t) => {
  const webhook = {
    url: 'http://gateway:4327/storage/events',
    token: 'secret-token',
    queueDirectory: '/data/q',
  }
  const error = webhookMissing('InvalidArgument', { endpoint: 'http://minio:9000', webhook })
  t.equal(error?.code, 'WebhookMissing')
  t.match(error?.message, 'http://minio:9000')
  for (const assignment of [
    'MINIO_NOTIFY_WEBHOOK_ENABLE_HEARTHFAST=on',
    'MINIO_NOTIFY_WEBHOOK_ENDPOINT_HEARTHFAST=http://gateway:4327/storage/events',
    'MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_HEARTHFAST=secret-token',
    'MINIO_NOTIFY_WEBHOOK_ENABLE_HEARTHSURE=on',
    'MINIO_NOTIFY_WEBHOOK_ENDPOINT_HEARTHSURE=http://gateway:4327/storage/events',
    'MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_HEARTHSURE=secret-token',
    'MINIO_NOTIFY_WEBHOOK_QUEUE_DIR_HEARTHSURE=/data/q',
  ]) {
    t.ok(error?.remedy.includes(assignment), assignment)
  }
  t.equal(webhookMissing('SlowDown', { endpoint: '', webhook }), undefined)
})
