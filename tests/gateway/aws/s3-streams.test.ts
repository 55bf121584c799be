import { type IncomingMessage, request } from 'node:http'
import { crc32 } from 'node:zlib'
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import t from 'tap'
import { startMinio } from '../../fixtures/minio.ts'
import { rawRequest, sendRaw } from '../../fixtures/raw-http.ts'
import { eventually } from '../../fixtures/rest.ts'
import { s3Client } from '../../fixtures/s3-client.ts'
import { gatewayOfPlayedStore, listeningGateway } from '../../fixtures/s3-gateway.ts'

/** Where no key is configured, whatever a signature says is taken. */
const SIGNATURE =
  'AWS4-HMAC-SHA256 Credential=test/20261126/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const open = await listeningGateway(t, { storage: { state: 'on', store: minio.store } })
const dummy = s3Client(t, open)

await dummy.send(new CreateBucketCommand({ Bucket: 'things' }))

async function get(Key: string): Promise<string | undefined> {
  const { Body } = await dummy.send(new GetObjectCommand({ Bucket: 'things', Key }))
  return await Body?.transformToString()
}

t.test('a body is held against its digest by the store, whoever signs', async (t) => {
  const request = (digest: string) =>
    rawRequest('PUT /things/digest', {
      host: new URL(open).host,
      headers: {
        authorization: SIGNATURE,
        'x-amz-content-sha256': digest,
        'x-amz-meta-name': 'grün  und blau',
      },
      body: 'some bytes',
    })
  const wrong = await sendRaw(open, request('0'.repeat(64)))
  t.match(wrong, { status: 400, text: /XAmzContentSHA256Mismatch/ })
  t.equal((await sendRaw(open, request('UNSIGNED-PAYLOAD'))).status, 200)
  t.match(await sendRaw(open, request('SIGNED-PAYLOAD')), { status: 400, text: /InvalidArgument/ })
})

t.test('chunks that the caller signed are taken apart and stored as plain bytes', async (t) => {
  const chunk = `5;chunk-signature=${'0'.repeat(64)}\r\nhello\r\n`
  const request = (kind: string, end: string, length = 10) =>
    rawRequest('PUT /things/chunks', {
      host: new URL(open).host,
      headers: {
        authorization: SIGNATURE,
        'content-encoding': 'aws-chunked',
        'content-type': 'text/plain',
        'x-amz-content-sha256': kind,
        'x-amz-decoded-content-length': String(length),
        ...(end.includes('crc32') && { 'x-amz-trailer': 'x-amz-checksum-crc32' }),
      },
      body: `${chunk}${chunk}0;chunk-signature=${'0'.repeat(64)}\r\n${end}\r\n`,
    })
  const plain = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
  t.equal((await sendRaw(open, request(plain, ''))).status, 200)
  t.equal(await get('chunks'), 'hellohello')
  const head = await dummy.send(new HeadObjectCommand({ Bucket: 'things', Key: 'chunks' }))
  t.match(head, { ContentType: 'text/plain', ContentLength: 10, ContentEncoding: undefined })
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32('hellohello'))
  const right = `x-amz-checksum-crc32:${checksum.toString('base64')}\r\n`
  t.match(await sendRaw(open, request(`${plain}-TRAILER`, right)), { status: 200 })
  const wrong = 'x-amz-checksum-crc32:AAAAAA==\r\n'
  t.match((await sendRaw(open, request(`${plain}-TRAILER`, wrong))).status, 400)
  for (const length of [9, 11]) {
    t.match(await sendRaw(open, request(plain, '', length)), {
      status: 400,
      text: /IncompleteBody/,
    })
  }
  t.equal(await get('chunks'), 'hellohello', 'and what was refused has changed nothing')
})

t.test('a caller who hangs up ends the store’s side, up and down', async (t) => {
  const begun: string[] = []
  const ends: string[] = []
  const url = await gatewayOfPlayedStore(t, (incoming, response) => {
    incoming.resume()
    begun.push(incoming.method ?? '')
    response.once('close', () => ends.push(`${incoming.method} ${incoming.complete}`))
    if (incoming.method !== 'GET') return
    response.writeHead(200, { 'content-length': '1000000000' })
    response.write('x')
  })
  const scope = '?X-Amz-Credential=test/20261126/us-east-1/s3/aws4_request'
  const reading = new AbortController()
  const answer = await fetch(`${url}/b/k${scope}`, { signal: reading.signal })
  await answer.body?.getReader().read()
  reading.abort()
  await eventually('the read ends', async () => ends.includes('GET true') || undefined)
  const upload = request(`${url}/b/k${scope}`, { method: 'PUT' })
  upload.on('error', () => undefined)
  upload.write('the beginning')
  await eventually('the upload begins', async () => begun.includes('PUT') || undefined)
  upload.destroy()
  await eventually('the upload ends', async () => ends.includes('PUT false') || undefined)
})

t.test('a caller who does not wait for the answer ends the store’s side too', async (t) => {
  let begun = false
  let over = false
  const url = await gatewayOfPlayedStore(t, (_incoming, response) => {
    begun = true
    response.once('close', () => {
      over = true
    })
  })
  const waiting = new AbortController()
  const scope = '?X-Amz-Credential=test/20261126/us-east-1/s3/aws4_request'
  const answer = fetch(`${url}/b/k${scope}`, { method: 'PUT', body: 'x', signal: waiting.signal })
  await eventually('the request is there', async () => begun || undefined)
  waiting.abort()
  await t.rejects(answer)
  // Sooner than a store is given up that does not answer what was sent to it.
  await eventually('the store’s side ends', async () => over || undefined)
})

t.test('of chunks that are taken apart nothing is said to the store', async (t) => {
  const seen: IncomingMessage[] = []
  const url = await gatewayOfPlayedStore(t, (incoming, response) => {
    seen.push(incoming)
    incoming.resume()
    response.end()
  })
  const authorization = SIGNATURE.replace('test/', 'somebody/')
  const headers = {
    authorization,
    'content-encoding': 'aws-chunked,gzip',
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'x-amz-decoded-content-length': '0',
    'x-amz-security-token': 'a token',
  }
  const body = `0;chunk-signature=${'0'.repeat(64)}\r\n\r\n`
  await sendRaw(url, rawRequest('PUT /b/k', { host: new URL(url).host, headers, body }))
  const [arrived] = seen
  t.match(arrived?.headers, {
    'content-encoding': 'gzip',
    'content-length': '0',
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    authorization: /Credential=test\//,
  })
  t.notOk(arrived?.headers['x-amz-decoded-content-length'])
  t.notOk(arrived?.headers['x-amz-security-token'])
})

t.test('a store that breaks off in the middle of an object cuts the caller off', async (t) => {
  const url = await gatewayOfPlayedStore(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '1000000' })
    response.write('x'.repeat(1000), () => response.destroy())
  })
  const scope = '?X-Amz-Credential=test/20261126/us-east-1/s3/aws4_request'
  const answer = await fetch(`${url}/b/k${scope}`)
  t.equal(answer.status, 200)
  await t.rejects(answer.arrayBuffer())
})

t.test(
  'a request arrives as it was sent: Host, order and spelling of headers, raw path',
  async (t) => {
    const seen: IncomingMessage[] = []
    const url = await gatewayOfPlayedStore(t, (incoming, response) => {
      seen.push(incoming)
      incoming.resume()
      const headers = 'ETag "a" X-Twice 1 X-Twice 2 Connection x-hop x-hop 1'
      response.writeHead(200, headers.split(' '))
      response.end()
    })
    const { host } = new URL(url)
    const answer = await sendRaw(
      url,
      rawRequest('PUT /b//k%2f+~?x-id=PutObject&a', {
        host,
        headers: {
          Authorization: SIGNATURE,
          'X-Amz-Meta-A': 'ü  b',
          Expect: '100-continue',
          te: 'trailers',
        },
        body: 'x',
      }),
    )
    const [arrived] = seen
    t.equal(arrived?.url, '/b//k%2f+~?x-id=PutObject&a')
    t.strictSame(arrived?.rawHeaders.slice(0, 6), [
      'host',
      host,
      'Authorization',
      SIGNATURE,
      'X-Amz-Meta-A',
      Buffer.from('ü  b').toString('latin1'),
    ])
    t.notOk(arrived?.headers.expect ?? arrived?.headers.te)
    t.match(answer.text, /^HTTP\/1.1 200/)
    t.match(answer.text, /X-Twice: 1\r\nX-Twice: 2\r\n/)
    t.notMatch(answer.text, 'x-hop')
  },
)
