import t from 'tap'
import { type BadRequest, BadRequests, DEEP_JSON, type Expected } from '../fixtures/bad-requests.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { rawRequest } from '../fixtures/raw-http.ts'
import { rest } from '../fixtures/rest.ts'

const SOURCE = 'export const handler = async () => 1'

const platform = await startPlatform()
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)
const bad = new BadRequests(platform)
await functions.create('f', SOURCE)
await rest(`${platform.url}/buckets/photos`, { method: 'PUT' })

t.test('triggers and events that cannot be', async (t) => {
  const trigger = (what: string, body: unknown, expected: Expected): BadRequest => [
    what,
    bad.json('POST /functions/f/triggers', body),
    expected,
  ]
  const schedule = (text: string, says: RegExp, more: object = {}): BadRequest =>
    trigger(text, { type: 'schedule', schedule: text, ...more }, [400, 'InvalidSchedule', says])
  const event = (what: string, body: unknown, says: RegExp): BadRequest => [
    what,
    bad.json('POST /events', body, structured),
    [400, 'InvalidRequest', says],
  ]
  const structured = { 'content-type': 'application/cloudevents+json' }
  await bad.check(t, [
    schedule('cron(0 0 30 2 ? *)', /never fires/),
    schedule('cron(0 0 1 1 ? 2000)', /never fires/),
    schedule('cron(61 * * * ? *)', /Minutes "61"/),
    schedule('cron(* * * * *)', /six fields/),
    schedule('rate(0 minutes)', /at least 1/),
    schedule('every day', /neither rate/),
    schedule('rate(1 day)', /"Mars\/Olympus" is not known/, { timezone: 'Mars/Olympus' }),
    trigger('no bucket of that name', { type: 'object', bucket: 'none' }, [
      404,
      'BucketNotFound',
      /"none" does not exist/,
    ]),
    trigger('a bad bucket name', { type: 'object', bucket: '../x' }, [
      400,
      'InvalidRequest',
      /"bucket"/,
    ]),
    trigger('an unknown event', { type: 'object', bucket: 'photos', events: ['s3:Read'] }, [
      400,
      'InvalidRequest',
      /"events.0" must be one of/,
    ]),
    trigger('an unknown type', { type: 'queue' }, [400, 'InvalidRequest', /"type" must be one of/]),
    trigger('an unknown field', { type: 'object', bucket: 'photos', key: 'x' }, [
      400,
      'InvalidRequest',
      /"key"/,
    ]),
    trigger('a pattern that is none', { type: 'event', pattern: { a: [{ nummeric: ['>', 1] }] } }, [
      400,
      'InvalidEventPattern',
      /nummeric/,
    ]),
    [
      'of an unknown function',
      bad.json('POST /functions/none/triggers', { type: 'event', pattern: {} }),
      [404, 'FunctionNotFound', /none/],
    ],
    [
      'an unknown trigger',
      bad.bare('DELETE /functions/f/triggers/none'),
      [404, 'TriggerNotFound', /none/],
    ],
    ['no mode', bad.json('POST /events', { a: 1 }), [400, 'InvalidRequest', /ce-specversion/]],
    event('no id', { specversion: '1.0', source: 's', type: 't' }, /"id"/),
    event('another version', { specversion: '0.3', id: '1', source: 's', type: 't' }, /1\.0/),
    ['deep', bad.json('POST /events', DEEP_JSON, structured), [400, 'JsonTooDeep', /deeper/]],
    [
      'webhook without its token',
      bad.json('POST /storage/events', {}),
      [401, 'Unauthorized', /missing/],
    ],
  ])
})

t.test('buckets and objects that cannot be', async (t) => {
  const missing: Expected = [404, 'BucketNotFound', /"none" does not exist/]
  const put = (path: string) => rawRequest(`PUT ${path}`, { host: bad.host, body: 'x' })
  await bad.check(t, [
    ['a bad name', bad.bare('PUT /buckets/A_B'), [400, 'InvalidRequest', /"bucket" must/]],
    [
      'the bucket of the platform',
      bad.bare('PUT /buckets/hearth-code'),
      [400, 'InvalidRequest', /"bucket" must/],
    ],
    ['a missing bucket', bad.bare('GET /buckets/none/objects'), missing],
    ['into a missing bucket', put('/buckets/none/objects/a'), missing],
    [
      'a missing object',
      bad.bare('GET /buckets/photos/objects/none'),
      [404, 'ObjectNotFound', /"none" does not exist/],
    ],
    [
      'a key of 1,025',
      put(`/buckets/photos/objects/${'x'.repeat(1025)}`),
      [400, 'InvalidRequest', /1024/],
    ],
    ['a key with NUL', put('/buckets/photos/objects/a%00b'), [400, 'InvalidRequest', /\w/]],
    [
      'a key that climbs',
      put('/buckets/photos/objects/..%2f..%2fx'),
      [400, 'InvalidRequest', /\w/],
    ],
  ])
})

t.test('what is hardly HTTP', async (t) => {
  const invalid = (what: string, text: string, says = /\w/): BadRequest => [
    what,
    Buffer.from(text, 'latin1'),
    [400, 'InvalidRequest', says],
  ]
  const head = `host: ${bad.host}\r\nconnection: close\r\n`
  const route = 'POST /functions/f/invocations HTTP/1.1'
  const foreign: Expected = [403, 'ForeignOrigin', /without a key/]
  await bad.check(t, [
    invalid('noise', '\x16\x03\x01\x02\r\n\r\n', /not HTTP/),
    invalid('a path with NUL', `GET /functions/\0 HTTP/1.1\r\n${head}\r\n`),
    invalid('a path that cannot be decoded', `GET /functions/%ff HTTP/1.1\r\n${head}\r\n`),
    invalid('two hosts', `GET /functions HTTP/1.1\r\n${head}host: localhost\r\n\r\n`),
    invalid('no host', 'GET /functions HTTP/1.1\r\nconnection: close\r\n\r\n'),
    invalid('two lengths', `${route}\r\n${head}content-length: 1\r\ncontent-length: 2\r\n\r\n1`),
    invalid('a negative length', `${route}\r\n${head}content-length: -1\r\n\r\n1`),
    invalid(
      'a length and chunks',
      `${route}\r\n${head}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n`,
    ),
    invalid('chunks that are none', `${route}\r\n${head}transfer-encoding: chunked\r\n\r\nzz\r\n`),
    [
      'a header of 20 KB',
      rawRequest('GET /functions', { host: bad.host, headers: { x: 'x'.repeat(20_000) } }),
      [431, 'InvalidRequest', /16 KB/],
    ],
    ['a foreign host', rawRequest('GET /functions', { host: 'evil.example' }), foreign],
    [
      'a foreign page',
      rawRequest('POST /functions/f/invocations', {
        host: bad.host,
        headers: { origin: 'http://evil.example', 'content-type': 'text/plain' },
        body: '1',
      }),
      foreign,
    ],
    ['an unknown route', bad.bare('GET /nothing'), [404, 'RouteNotFound', /GET \/nothing/]],
    ['an unknown method', bad.bare('BREW /functions'), [400, 'InvalidRequest', /not HTTP/]],
  ])
  t.equal((await functions.call('f')).text, '1', 'after all this it serves')
})
