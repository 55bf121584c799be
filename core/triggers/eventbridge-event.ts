import { ACCOUNT_ID, REGION } from '../functions/function.ts'
import type { CloudEvent } from './cloud-event.ts'

/**
 * An event as rules of EventBridge see it: their patterns are matched against it, and it is what the
 * handlers of their targets get.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
 */
export interface EventBridgeEvent {
  version: '0'
  id: string
  'detail-type': string
  source: string
  account: string
  time: string
  region: string
  resources: string[]
  detail: unknown
}

/** What of it its sender decides. `time` is when it happened. */
export type EventBridgeFields = Pick<EventBridgeEvent, 'id' | 'source' | 'resources' | 'detail'> & {
  detailType: string
  time: Date
}

export function eventBridgeEvent(fields: EventBridgeFields): EventBridgeEvent {
  const { id, detailType, source, time, resources, detail } = fields
  return {
    version: '0',
    id,
    'detail-type': detailType,
    source,
    account: ACCOUNT_ID,
    time: time.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region: REGION,
    resources,
    detail,
  }
}

/** The event of EventBridge as a CloudEvent, for triggers that were not made by a rule. */
export function asCloudEvent(event: EventBridgeEvent): CloudEvent {
  const { id, source, time, resources, detail } = event
  const [subject] = resources
  return {
    specversion: '1.0',
    id,
    source,
    type: event['detail-type'],
    time,
    datacontenttype: 'application/json',
    ...(subject !== undefined && { subject }),
    data: detail,
  }
}

/** A CloudEvent as rules see it. `detail` is its data: `{}` where it has none, Base64 where that is no text. */
export function asEventBridgeEvent(event: CloudEvent, receivedAt: Date): EventBridgeEvent {
  const { id, source, type, time, subject, data, data_base64: bytes } = event
  return eventBridgeEvent({
    id,
    source,
    detailType: type,
    time: typeof time === 'string' ? new Date(time) : receivedAt,
    resources: typeof subject === 'string' ? [subject] : [],
    detail: data ?? bytes ?? {},
  })
}
