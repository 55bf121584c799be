import { fitted } from './pattern-sample.ts'
import type { Trigger } from './types.ts'

export interface SampleEvent {
  title: string
  event: unknown
}

const OBJECT = { eventName: 'ObjectCreated:Put', configurationId: 'sample' }

/** An event as each kind of trigger sends it. */
export const SAMPLE_EVENTS: readonly SampleEvent[] = [
  { title: 'Plain', event: { name: 'Ada' } },
  { title: 'Object created (S3)', event: objectEvent('inbox', 'in/report.txt') },
  { title: 'Schedule', event: scheduleEvent('example', '2026-01-30T12:00:00Z') },
  { title: 'CloudEvent', event: cloudEvent() },
  { title: 'Function URL (HTTP)', event: urlEvent() },
  { title: 'Queue (SQS)', event: queueEvent() },
  { title: 'Empty', event: {} },
]

/** An event that the trigger itself could have sent. */
export function sampleFor(trigger: Trigger): unknown {
  if (trigger.type === 'object') {
    const { bucket, prefix = '', suffix = '.txt', events, notification, id } = trigger
    return objectEvent(bucket, `${prefix}sample${suffix}`, {
      eventName: eventNameOf(events[0]),
      configurationId: notification?.id ?? id,
    })
  }
  if (trigger.input !== undefined) return trigger.input
  if (trigger.type === 'schedule') {
    return scheduleEvent(trigger.id, `${new Date().toISOString().slice(0, -5)}Z`, trigger.origin)
  }
  // The handler of a rule's target gets the event as EventBridge has it, and the rule is over that.
  const event = trigger.origin === undefined ? cloudEvent() : eventBridgeEvent()
  return fitted(event, trigger.pattern)
}

/** "s3:ObjectRemoved:*" takes any of its class, as "ObjectRemoved:Delete". */
function eventNameOf(event = 's3:ObjectCreated:*'): string {
  const one = event.includes('Removed') ? 'Delete' : 'Put'
  return event.replace('s3:', '').replace('*', one)
}

function objectEvent(bucket: string, key: string, { eventName, configurationId } = OBJECT) {
  const isCreated = eventName.startsWith('ObjectCreated')
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: '2026-01-30T12:00:00.000Z',
        eventName,
        userIdentity: { principalId: 'hearth' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': 'sample' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId,
          bucket: {
            name: bucket,
            ownerIdentity: { principalId: 'hearth' },
            arn: `arn:aws:s3:::${bucket}`,
          },
          object: {
            key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
            ...(isCreated && { size: 1024, eTag: 'd41d8cd98f00b204e9800998ecf8427e' }),
            sequencer: '0055AED6DCD90281E5',
          },
        },
      },
    ],
  }
}

function scheduleEvent(rule: string, time: string, origin?: string) {
  const isScheduler = origin?.startsWith('arn:aws:scheduler:') ?? false
  return {
    ...eventBridgeEvent(),
    'detail-type': 'Scheduled Event',
    source: isScheduler ? 'aws.scheduler' : 'aws.events',
    time,
    resources: [origin ?? `arn:aws:events:us-east-1:000000000000:rule/${rule}`],
    detail: isScheduler ? '{}' : {},
  }
}

function eventBridgeEvent() {
  return {
    version: '0',
    id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
    'detail-type': 'order.created',
    source: '/shop',
    account: '000000000000',
    time: '2026-01-30T12:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: { total: 250 },
  }
}

function cloudEvent() {
  return {
    specversion: '1.0',
    id: 'sample-1',
    source: '/shop',
    type: 'order.created',
    time: '2026-01-30T12:00:00Z',
    data: { total: 250 },
  }
}

function urlEvent() {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/hello',
    rawQueryString: 'name=Ada',
    headers: { accept: '*/*', host: 'example.lambda-url.localhost' },
    queryStringParameters: { name: 'Ada' },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'example',
      domainName: 'example.lambda-url.localhost',
      http: {
        method: 'GET',
        path: '/hello',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'sample',
      },
      requestId: 'sample',
      routeKey: '$default',
      stage: '$default',
      time: '30/Jan/2026:12:00:00 +0000',
      timeEpoch: 1769774400000,
    },
    isBase64Encoded: false,
  }
}

function queueEvent() {
  return {
    Records: [
      {
        messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
        receiptHandle: 'sample',
        body: '{"order":17}',
        attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1769774400000' },
        messageAttributes: {},
        md5OfBody: '098f6bcd4621d373cade4e832627b4f6',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:orders',
        awsRegion: 'us-east-1',
      },
    ],
  }
}
