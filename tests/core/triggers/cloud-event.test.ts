import t from 'tap'
import type { HearthError } from '../../../core/errors.ts'
import { readCloudEvents } from '../../../core/triggers/cloud-event.ts'

const parse = (body: Buffer) => JSON.parse(body.toString())
const event = { specversion: '1.0', id: '1', source: '/shop', type: 'order.created' }

function structured(value: unknown, contentType = 'application/cloudevents+json') {
  const body = Buffer.from(JSON.stringify(value))
  return readCloudEvents({ headers: { 'content-type': contentType }, body }, parse)
}

function binary(headers: Record<string, string>, body: string | Buffer = '') {
  const ce = {
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/shop',
    'ce-type': 'order.created',
  }
  return readCloudEvents({ headers: { ...ce, ...headers }, body: Buffer.from(body) }, parse)
}

function mistakes(action: () => unknown): string {
  try {
    action()
    return 'none'
  } catch (error) {
    const { code, message } = error as HearthError
    return `${code}: ${message}`
  }
}

t.test('structured mode is the event as it is', async (t) => {
  const whole = {
    ...event,
    subject: 'A-17',
    time: '2026-11-23T09:00:00.123+01:00',
    datacontenttype: 'application/json',
    dataschema: 'https://example.com/order.json',
    partitionkey: 'x',
    attempt: 3,
    test: true,
    data: { total: 42, none: null },
  }
  t.strictSame(structured(whole, 'application/cloudevents+json; charset=utf-8'), [whole])
  t.strictSame(structured({ ...event, data: null }), [{ ...event, data: null }])
  t.strictSame(structured({ ...event, data_base64: 'aGk=' }), [{ ...event, data_base64: 'aGk=' }])
  t.strictSame(structured({ ...event, subject: null }), [event])
})

t.test('batched mode is a list, which may be empty', async (t) => {
  const type = 'application/cloudevents-batch+json'
  t.strictSame(structured([event, { ...event, id: '2' }], type), [event, { ...event, id: '2' }])
  t.strictSame(structured([], type), [])
  t.match(
    mistakes(() => structured(event, type)),
    /array of events/,
  )
  t.match(
    mistakes(() => structured([event, { ...event, id: '' }], type)),
    /event 1: "id" must be/,
  )
  t.match(
    mistakes(() => structured(Array(1001).fill(event), type)),
    /at most 1000/,
  )
})

t.test('binary mode has the attributes in headers and the data in the body', async (t) => {
  const json = { 'content-type': 'application/json' }
  t.strictSame(
    binary({ ...json, 'ce-subject': 'caf%C3%A9', 'ce-extra': '1', host: 'x' }, '{"a":1}'),
    [
      {
        ...event,
        subject: 'café',
        extra: '1',
        datacontenttype: 'application/json',
        data: { a: 1 },
      },
    ],
  )
  t.strictSame(binary({ 'content-type': 'text/plain; charset=utf-8' }, 'héllo'), [
    { ...event, datacontenttype: 'text/plain; charset=utf-8', data: 'héllo' },
  ])
  t.strictSame(binary({ 'content-type': 'image/png' }, Buffer.from([0xff, 0])), [
    { ...event, datacontenttype: 'image/png', data_base64: '/wA=' },
  ])
  t.strictSame(binary({ 'content-type': 'text/plain' }, Buffer.from([0xff])), [
    { ...event, datacontenttype: 'text/plain', data_base64: '/w==' },
  ])
  t.strictSame(binary({ 'content-type': 'application/vnd.x+json' }, '1'), [
    { ...event, datacontenttype: 'application/vnd.x+json', data: 1 },
  ])
  t.strictSame(binary({}), [event])
  t.match(
    mistakes(() => binary({ 'ce-subject': '%zz' })),
    /"ce-subject" is not percent-encoded/,
  )
})

t.test('every mistake of an event is told', async (t) => {
  const all = mistakes(() =>
    structured({ specversion: '0.3', source: 'a b', time: 'today', Bad: 1, big: 2 ** 31 }),
  )
  for (const part of [
    'InvalidRequest',
    '"id" is missing',
    '"type" is missing',
    '"specversion" must be "1.0"',
    '"source" must be a URI reference',
    '"time" must be a time',
    '"Bad" is no name of an attribute',
    '"big" must be a string, a boolean or a whole number',
  ]) {
    t.ok(all.includes(part), part)
  }
})

t.test('single mistakes are refused', async (t) => {
  const table: [object, RegExp][] = [
    [{ id: 1 }, /"id" must be a string that is not empty/],
    [{ type: '' }, /"type" must be a string/],
    [{ subject: '' }, /"subject" must be a string/],
    [{ dataschema: 'order.json' }, /"dataschema" must be an absolute URI/],
    [{ datacontenttype: 'json' }, /"datacontenttype" must be a media type/],
    [{ time: '2026-13-01T00:00:00Z' }, /"time"/],
    [{ time: '2026-11-23' }, /"time"/],
    [{ data_base64: 'a' }, /"data_base64" must be base64/],
    [{ data: 1, data_base64: 'aGk=' }, /exclude each other/],
    [{ nested: {} }, /"nested" must be/],
    [JSON.parse('{"__proto__": "x"}'), /"__proto__" is no name/],
  ]
  for (const [fields, reason] of table) {
    const whole = Object.defineProperties({ ...event }, Object.getOwnPropertyDescriptors(fields))
    t.match(
      mistakes(() => structured(whole)),
      reason,
    )
  }
  for (const value of [null, [], 'x', 1])
    t.match(
      mistakes(() => structured(value)),
      /JSON object/,
    )
})

t.test('what is no CloudEvent is told how to send one', async (t) => {
  t.match(
    mistakes(() => structured(event, 'application/json')),
    /application\/cloudevents\+json/,
  )
  t.match(
    mistakes(() => structured(event, 'application/cloudevents+avro')),
    /UnsupportedMediaType/,
  )
})
