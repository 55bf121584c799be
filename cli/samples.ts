import { randomUUID } from 'node:crypto'
import { commonLogTime } from '../core/common-log-time.ts'

const ACCOUNT = '000000000000'
const REGION = 'us-east-1'

/** Events as AWS sends them, of this moment: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html */
const SAMPLES = {
  's3-put': () => ({
    Records: [objectRecord('ObjectCreated:Put', { size: 1024, eTag: '0'.repeat(32) })],
  }),
  's3-delete': () => ({ Records: [objectRecord('ObjectRemoved:Delete', {})] }),
  schedule: () => busEvent('aws.events', 'Scheduled Event', {}),
  'api-gateway-v2': () => httpEvent('GET', undefined),
  'api-gateway-v2-post': () => httpEvent('POST', JSON.stringify({ name: 'Ada' })),
  sqs: queueEvent,
  sns: topicEvent,
  dynamodb: tableEvent,
  kinesis: streamEvent,
  eventbridge: () => busEvent('com.example.shop', 'order.placed', { orderId: '17', total: 250 }),
  cloudevent: () => ({
    specversion: '1.0',
    id: randomUUID(),
    source: '/shop',
    type: 'com.example.order.placed',
    time: now(),
    datacontenttype: 'application/json',
    data: { orderId: '17', total: 250 },
  }),
} satisfies Record<string, () => unknown>

export const SAMPLE_NAMES = Object.keys(SAMPLES)

/** `name` is one of SAMPLE_NAMES. */
export function sampleEvent(name: string): unknown {
  return SAMPLES[name as keyof typeof SAMPLES]()
}

function now(): string {
  return new Date().toISOString()
}

function objectRecord(eventName: string, object: { size?: number; eTag?: string }) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: REGION,
    eventTime: now(),
    eventName,
    userIdentity: { principalId: 'EXAMPLE' },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': randomUUID(), 'x-amz-id-2': 'EXAMPLE' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'sample',
      bucket: {
        name: 'photos',
        ownerIdentity: { principalId: 'EXAMPLE' },
        arn: 'arn:aws:s3:::photos',
      },
      object: { key: 'coffee.jpg', ...object, sequencer: Date.now().toString(16).toUpperCase() },
    },
  }
}

function busEvent(source: string, type: string, detail: object) {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': type,
    source,
    account: ACCOUNT,
    time: now(),
    region: REGION,
    resources: [`arn:aws:events:${REGION}:${ACCOUNT}:rule/sample`],
    detail,
  }
}

function httpEvent(method: string, body: string | undefined) {
  const atMs = Date.now()
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/hello',
    rawQueryString: 'name=Ada',
    cookies: [],
    headers: {
      host: 'sample.lambda-url.localhost',
      'user-agent': 'hearth',
      accept: '*/*',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    queryStringParameters: { name: 'Ada' },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'sample',
      domainName: 'sample.lambda-url.localhost',
      domainPrefix: 'sample',
      http: {
        method,
        path: '/hello',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'hearth',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(new Date(atMs)),
      timeEpoch: atMs,
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  }
}

function queueEvent() {
  const sentAt = String(Date.now())
  const record = {
    messageId: randomUUID(),
    receiptHandle: 'sample',
    body: JSON.stringify({ orderId: '17' }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: sentAt,
      SenderId: 'EXAMPLE',
      ApproximateFirstReceiveTimestamp: sentAt,
    },
    messageAttributes: {},
    md5OfBody: '0'.repeat(32),
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:orders`,
    awsRegion: REGION,
  }
  return { Records: [record] }
}

function topicEvent() {
  const topic = `arn:aws:sns:${REGION}:${ACCOUNT}:orders`
  const message = {
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: topic,
    Subject: 'Order',
    Message: JSON.stringify({ orderId: '17' }),
    Timestamp: now(),
    SignatureVersion: '1',
    Signature: 'EXAMPLE',
    SigningCertUrl: 'EXAMPLE',
    UnsubscribeUrl: 'EXAMPLE',
    MessageAttributes: {},
  }
  const record = {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: `${topic}:sample`,
    Sns: message,
  }
  return { Records: [record] }
}

function tableEvent() {
  const record = {
    eventID: randomUUID().replaceAll('-', ''),
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: REGION,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
      Keys: { id: { S: '17' } },
      NewImage: { id: { S: '17' }, total: { N: '250' } },
      SequenceNumber: '111',
      SizeBytes: 26,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    eventSourceARN: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/orders/stream/sample`,
  }
  return { Records: [record] }
}

function streamEvent() {
  const record = {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: '17',
      sequenceNumber: '111',
      data: Buffer.from(JSON.stringify({ orderId: '17' })).toString('base64'),
      approximateArrivalTimestamp: Date.now() / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: 'shardId-000000000000:111',
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/any`,
    awsRegion: REGION,
    eventSourceARN: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/orders`,
  }
  return { Records: [record] }
}
