import t from 'tap'
import { mayUseStorage } from '../../../gateway/aws/s3-access.ts'

const open = { storeAccessKeyId: 'STORE', accessKeys: new Map() }
const closed = { storeAccessKeyId: 'STORE', accessKeys: new Map([['hearth', {}]]) }

function signedBy(accessKeyId: string) {
  const scope = `${accessKeyId}/20261126/us-east-1/s3/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`
  const query = new URLSearchParams()
  return [
    { headers: { authorization }, query },
    { headers: { authorization: `AWS ${accessKeyId}:c2lnbmF0dXJl` }, query },
    { headers: {}, query: new URLSearchParams({ 'X-Amz-Credential': scope }) },
    { headers: {}, query: new URLSearchParams({ AWSAccessKeyId: accessKeyId, Signature: 'x' }) },
  ]
}

t.test(
  'a request with the store’s own key goes on untouched, for the store to judge',
  async (t) => {
    for (const request of signedBy('STORE')) {
      t.equal(mayUseStorage(request, open), 'forward untouched')
      t.equal(mayUseStorage(request, closed), 'forward untouched')
    }
  },
)

t.test(
  'any other key is replaced where none is configured, and unknown where one is',
  async (t) => {
    for (const request of signedBy('test')) {
      t.equal(mayUseStorage(request, open), 'sign anew')
      t.throws(() => mayUseStorage(request, closed), { code: 'InvalidAccessKeyId' })
    }
    for (const request of signedBy('hearth')) {
      const { authorization = '' } = request.headers
      const isVersion2 = authorization.startsWith('AWS ') || request.query.has('AWSAccessKeyId')
      if (isVersion2) {
        const refused = { code: 'InvalidRequest', message: /version 2 .* sign with version 4/ }
        t.throws(() => mayUseStorage(request, closed), refused)
      } else t.equal(mayUseStorage(request, closed), 'verify and sign anew')
    }
    t.equal(mayUseStorage({ headers: {}, query: new URLSearchParams() }, open), 'sign anew')
  },
)

t.test('a presigned URL is good for its time, though nobody checks its signature', async (t) => {
  const at = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')
  const version4 = (ms: number, seconds: string) => ({
    headers: {},
    query: new URLSearchParams({ 'X-Amz-Date': at(ms), 'X-Amz-Expires': seconds }),
  })
  const version2 = (seconds: number) => ({
    headers: {},
    query: new URLSearchParams({ AWSAccessKeyId: 'test', Expires: String(seconds) }),
  })
  const now = Date.now()
  t.equal(mayUseStorage(version4(now, '60'), open), 'sign anew')
  t.equal(mayUseStorage(version2(now / 1000 + 60), open), 'sign anew')
  const over = [
    version4(now - 61_000, '60'),
    version4(now, 'soon'),
    version2(now / 1000 - 1),
    { headers: {}, query: new URLSearchParams({ 'X-Amz-Date': 'today', 'X-Amz-Expires': '60' }) },
  ]
  for (const request of over) {
    t.throws(() => mayUseStorage(request, open), {
      code: 'AccessDenied',
      message: 'Request has expired',
    })
  }
})
