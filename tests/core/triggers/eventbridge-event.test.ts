import t from 'tap'
import {
  asCloudEvent,
  asEventBridgeEvent,
  eventBridgeEvent,
} from '../../../core/triggers/eventbridge-event.ts'

const NOW = new Date('2026-01-31T09:30:00.123Z')
const CLOUD = { specversion: '1.0', id: 'c-1', source: '/shop', type: 'order.made' } as const

t.test('A CloudEvent has all fields that rules look at', async (t) => {
  t.same(asEventBridgeEvent({ ...CLOUD, data: { total: 7 } }, NOW), {
    version: '0',
    id: 'c-1',
    'detail-type': 'order.made',
    source: '/shop',
    account: '000000000000',
    time: '2026-01-31T09:30:00Z',
    region: 'us-east-1',
    resources: [],
    detail: { total: 7 },
  })
})

t.test('Its time, subject and data are taken over, whatever they are', async (t) => {
  const time = '2025-05-05T12:00:00+02:00'
  const event = asEventBridgeEvent({ ...CLOUD, time, subject: 'order/7', data: 'text' }, NOW)
  t.match(event, { time: '2025-05-05T10:00:00Z', resources: ['order/7'], detail: 'text' })
  t.equal(asEventBridgeEvent({ ...CLOUD, data_base64: 'AAE=' }, NOW).detail, 'AAE=')
  t.same(asEventBridgeEvent(CLOUD, NOW).detail, {})
})

t.test('An event of EventBridge is a CloudEvent, with its first resource as subject', async (t) => {
  const fields = { id: 'e-1', source: 'my.app', detailType: 'Order Made', time: NOW, detail: {} }
  t.same(asCloudEvent(eventBridgeEvent({ ...fields, resources: ['a', 'b'] })), {
    specversion: '1.0',
    id: 'e-1',
    source: 'my.app',
    type: 'Order Made',
    time: '2026-01-31T09:30:00Z',
    datacontenttype: 'application/json',
    subject: 'a',
    data: {},
  })
  t.notOk(Object.hasOwn(asCloudEvent(eventBridgeEvent({ ...fields, resources: [] })), 'subject'))
})
