import type { Trigger } from './types.ts'

export interface SampleEvent {
  title: string
  event: unknown
}

/** An event as each kind of trigger sends it. */
export const SAMPLE_EVENTS: readonly SampleEvent[] = [
  { title: 'Plain', event: { name: 'Ada' } },
  { title: 'Object created (S3)', event: objectEvent('inbox', 'in/report.txt') },
  { title: 'Schedule', event: scheduleEvent('example', '2026-01-30T12:00:00Z') },
  { title: 'CloudEvent', event: cloudEvent({}) },
  { title: 'Function URL (HTTP)', event: urlEvent() },
  { title: 'Queue (SQS)', event: queueEvent() },
  { title: 'Empty', event: {} },
]

/** An event that the trigger itself could have sent. */
export function sampleFor(trigger: Trigger): unknown {
  if (trigger.type === 'object') {
    const { bucket, prefix = '', suffix = '.txt' } = trigger
    return objectEvent(bucket, `${prefix}sample${suffix}`)
  }
  if (trigger.type === 'event') return trigger.input ?? cloudEvent(trigger.pattern)
  return trigger.input ?? scheduleEvent(trigger.id, new Date().toISOString())
}

function objectEvent(bucket: string, key: string) {
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: '2026-01-30T12:00:00.000Z',
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'hearth' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': 'sample' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'sample',
          bucket: {
            name: bucket,
            ownerIdentity: { principalId: 'hearth' },
            arn: `arn:aws:s3:::${bucket}`,
          },
          object: {
            key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
            size: 1024,
            eTag: 'd41d8cd98f00b204e9800998ecf8427e',
            sequencer: '0055AED6DCD90281E5',
          },
        },
      },
    ],
  }
}

function scheduleEvent(rule: string, time: string) {
  return {
    version: '0',
    id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time,
    region: 'us-east-1',
    resources: [`arn:aws:events:us-east-1:000000000000:rule/${rule}`],
    detail: {},
  }
}

/** Where a pattern names values, the first of each is taken. */
function cloudEvent(pattern: Record<string, unknown>) {
  const fitting = firstValues(pattern) as Record<string, unknown>
  return {
    specversion: '1.0',
    id: 'sample-1',
    source: '/shop',
    type: 'order.created',
    time: '2026-01-30T12:00:00Z',
    data: { total: 250 },
    ...fitting,
  }
}

function firstValues(pattern: unknown): unknown {
  if (Array.isArray(pattern)) return matching(pattern[0])
  if (typeof pattern !== 'object' || pattern === null) return pattern
  return Object.fromEntries(
    Object.entries(pattern).map(([name, value]) => [name, firstValues(value)]),
  )
}

/** Of a matcher, something that it may let through; it is a start to be edited, no proof. */
function matching(matcher: unknown): unknown {
  if (typeof matcher !== 'object' || matcher === null) return matcher
  const [[kind, value] = ['', '']] = Object.entries(matcher)
  if (kind === 'numeric' && Array.isArray(value))
    return Number(value[1]) + (value[0] === '>' ? 1 : 0)
  return typeof value === 'string' ? value : 'value'
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
