import t from 'tap'
import { isSigned, readSignature } from '../../../gateway/signature/signed-request.ts'

const SCOPE = 'thumbs/20261126/us-east-1/lambda/aws4_request'
const VALUE = 'a'.repeat(64)
const GOOD = `AWS4-HMAC-SHA256 Credential=${SCOPE}, SignedHeaders=host;X-Amz-Date, Signature=${VALUE}`
const DATE = '20261126T020000Z'

function read(authorization: string, date: string | null = DATE) {
  const rawHeaders = ['Authorization', authorization, 'Host', 'localhost']
  if (date !== null) rawHeaders.push('X-Amz-Date', date)
  return readSignature({ method: 'GET', url: '/', rawHeaders })
}

t.test('The header is read with spaces after its commas or without', async (t) => {
  for (const text of [GOOD, GOOD.replaceAll(', ', ','), GOOD.replaceAll(', ', ' ,  ')]) {
    t.strictSame(read(text), {
      form: 'header',
      accessKeyId: 'thumbs',
      day: '20261126',
      region: 'us-east-1',
      service: 'lambda',
      signedHeaders: new Set(['host', 'x-amz-date']),
      value: VALUE,
      date: new Date('2026-11-26T02:00:00Z'),
    })
  }
})

const bad: Array<[authorization: string, message: RegExp, date?: string | null]> = [
  ['AWS4-HMAC-SHA256', /not a valid key=value pair \(missing equal-sign\)/],
  ['AWS4-HMAC-SHA256 hello', /'hello' not a valid key=value pair/],
  ['AWS4-HMAC-SHA256 a=b', /requires 'Credential' parameter\..*'Signature'.*'SignedHeaders'/],
  [GOOD.replace('SHA256', 'MD5'), /Unsupported AWS 'algorithm': 'AWS4-HMAC-MD5'/],
  [GOOD.replace('/us-east-1', ''), /must have exactly 5 slash-delimited elements.*got 'thumbs\/2/],
  [GOOD.replace('us-east-1', ''), /must have exactly 5/],
  [GOOD.replace('aws4_request', 'aws5_request'), /valid terminator: 'aws4_request'/],
  [GOOD.replace(VALUE, 'A'.repeat(64)), /64 hexadecimal digits/],
  [`${GOOD}, Signature=${VALUE}`, /has 'Signature' twice/],
  [GOOD, /requires existence of a 'X-Amz-Date' header/, null],
  [GOOD, /ISO-8601 'basic format'\. Got 'yesterday'/, 'yesterday'],
  [GOOD, /ISO-8601/, '20261340T020000Z'],
  [GOOD, /ISO-8601/, '2026-11-26T02:00:00Z'],
]

t.test('A header that is no whole signature is refused with what it lacks', async (t) => {
  for (const [authorization, message, date = DATE] of bad) {
    t.throws(() => read(authorization, date), { code: 'IncompleteSignature', message })
  }
})

const QUERY = {
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Credential': SCOPE,
  'X-Amz-Date': DATE,
  'X-Amz-Expires': '60',
  'X-Amz-SignedHeaders': 'host',
  'X-Amz-Signature': VALUE,
}

t.test('A query that is no whole signature is refused with what it lacks', async (t) => {
  const of = (query: object) =>
    readSignature({
      method: 'GET',
      url: `/?${new URLSearchParams(query as Record<string, string>)}`,
      rawHeaders: [],
    })
  t.match(of(QUERY), { form: 'query', expiresSeconds: 60, accessKeyId: 'thumbs' })
  for (const name of Object.keys(QUERY)) {
    const { [name as keyof typeof QUERY]: _left, ...rest } = QUERY
    t.throws(() => of(rest), { code: 'IncompleteSignature', message: new RegExp(`'${name}'`) })
    const twice = `/?${new URLSearchParams(QUERY)}&${name}=x`
    t.throws(() => readSignature({ method: 'GET', url: twice, rawHeaders: [] }), {
      message: /once/,
    })
  }
  for (const expires of ['0', '-1', '1.5', 'x', '604801']) {
    t.throws(() => of({ ...QUERY, 'X-Amz-Expires': expires }), { message: /X-Amz-Expires/ })
  }
})

t.test('Whatever the header holds, it is read or refused as incomplete', async (t) => {
  // Numbers of a linear congruential generator: the same ones in every run.
  let seed = 20_261_126
  const below = (limit: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % limit
  }
  const marks = [
    ' ',
    ',',
    '=',
    '/',
    ';',
    '%',
    '\t',
    '\u00ff',
    'Credential',
    'AWS4-',
    '__proto__',
    '',
  ]
  for (let round = 0; round < 20_000; round += 1) {
    let text = GOOD
    for (let change = below(4); change >= 0; change -= 1) {
      const at = below(text.length)
      text = text.slice(0, at) + marks[below(marks.length)] + text.slice(at + below(9))
    }
    try {
      read(`AWS4-${text}`.slice(below(2) * 5), below(9) === 0 ? text.slice(0, 20) : DATE)
    } catch (error) {
      if ((error as { code?: string }).code !== 'IncompleteSignature') {
        t.fail(`${text}: ${error}`)
      }
    }
  }
})

t.test('A request counts as signed by its header or by its query', async (t) => {
  t.ok(isSigned(GOOD, '/'))
  t.ok(isSigned(undefined, `/x?${new URLSearchParams(QUERY)}`))
  t.notOk(isSigned('Bearer AWS4-', '/x?a=1'))
  t.notOk(isSigned(undefined, '/'))
})
