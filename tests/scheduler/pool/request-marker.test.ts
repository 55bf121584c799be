import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import t from 'tap'
import { RequestMarker } from '../../../scheduler/pool/request-marker.ts'

/** What comes out when the bytes come in pieces of `size`. */
async function through(
  bytes: string,
  { depth = 2 as number | undefined, size = bytes.length } = {},
): Promise<string> {
  const marker = new RequestMarker(() => depth)
  const all = buffer(marker)
  for (let at = 0; at < bytes.length; at += size) {
    marker.write(Buffer.from(bytes.slice(at, at + size), 'latin1'))
  }
  marker.end()
  return (await all).toString('latin1')
}

function lines(...parts: string[]): string {
  return parts.join('\r\n')
}

const PUT = lines(
  'PUT /b/k HTTP/1.1',
  'Host: s3',
  'User-Agent: sdk/1',
  'Content-Length: 5',
  '',
  'hello',
)
const MARKED = PUT.replace('sdk/1', 'sdk/1 hearth-depth/3')

t.test('each request says how deep what it causes is, wherever the bytes are cut', async (t) => {
  const chunked = lines(
    'POST /b/k HTTP/1.1',
    'transfer-encoding: chunked',
    'user-agent: sdk/1',
    '',
    '5;x=y',
    'he\r\nl',
    'A',
    '0123456789',
    '0',
    'x-trailer: 1',
    '',
    '',
  )
  const get = lines('GET /b?list HTTP/1.1', 'Host: s3', '', '')
  const stream = PUT + chunked + get + PUT
  const expected =
    MARKED +
    chunked.replace('user-agent: sdk/1', 'User-Agent: sdk/1 hearth-depth/3') +
    get.replace('\r\n\r\n', '\r\nUser-Agent: hearth-depth/3\r\n\r\n') +
    MARKED
  for (const size of [1, 2, 3, 7, 64, stream.length]) {
    t.equal(await through(stream, { size }), expected, `${size} bytes at once`)
  }
})

t.test('a body that looks like a request is a body', async (t) => {
  const inner = lines('PUT /x HTTP/1.1', 'User-Agent: inner', '', '')
  const head = lines(
    'PUT /b/k HTTP/1.1',
    `Content-Length: ${inner.length}`,
    'User-Agent: outer',
    '',
    '',
  )
  const out = await through(head + inner + PUT)
  t.match(out, 'User-Agent: outer hearth-depth/3')
  t.match(out, 'User-Agent: inner\r\n')
  t.ok(out.endsWith(MARKED))
})

t.test('a sandbox cannot say that it is less deep', async (t) => {
  const forged = PUT.replace('sdk/1', 'hearth-depth/0 sdk/1  hearth-depth/1')
  t.equal(await through(forged), PUT.replace('sdk/1', 'sdk/1 hearth-depth/3').replace('  ', ' '))
})

t.test('what is signed stays as it is', async (t) => {
  for (const signed of [
    PUT.replace(
      'Host: s3',
      'Authorization: AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host;user-agent;x-amz-date, Signature=x',
    ),
    PUT.replace('/b/k', '/b/k?X-Amz-SignedHeaders=host%3Buser-agent&X-Amz-Signature=x'),
  ]) {
    t.equal(await through(signed + PUT), signed + MARKED)
  }
})

t.test('before the first invocation nothing is marked', async (t) => {
  t.equal(await through(PUT, { depth: undefined }).then((out) => out), MARKED, 'the default is 2')
  const marker = new RequestMarker(() => undefined)
  marker.end(Buffer.from(PUT))
  t.equal(await text(marker), PUT)
})

t.test('what is no HTTP/1 passes as it is', async (t) => {
  for (const other of [
    'hello',
    'PUT',
    'x'.repeat(100_000),
    `PUT /${'x'.repeat(100_000)}`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    lines('PUT / HTTP/1.1', 'Transfer-Encoding: chunked', '', 'no size', 'x'),
    `${lines('PUT / HTTP/1.1', 'Transfer-Encoding: chunked', '', '')}${'0'.repeat(10_000)}`,
    '\u0000\u0001\u0002',
  ]) {
    for (const size of [13, other.length]) {
      const out = await through(other, { size })
      t.equal(out.replace('\r\nUser-Agent: hearth-depth/3', ''), other)
    }
  }
})

t.test('a real client and a real server understand each other through it', async (t) => {
  const seen: { agent: string | undefined; bytes: number }[] = []
  const server = createServer(async (incoming, answer) => {
    const bytes = (await buffer(incoming)).length
    seen.push({ agent: incoming.headers['user-agent'], bytes })
    answer.end('done')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const between = createTcpServer((socket) => {
    const peer = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.pipe(new RequestMarker(() => seen.length)).pipe(peer)
    peer.pipe(socket)
    for (const one of [socket, peer]) one.on('error', () => undefined)
  })
  between.listen(0, '127.0.0.1')
  await once(between, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
    between.close()
  })
  const { port } = between.address() as AddressInfo
  const body = Buffer.alloc(3_000_000, 'x')
  for (const headers of [{ 'content-length': body.length, expect: '100-continue' }, {}]) {
    const sent = request({ port, method: 'PUT', path: '/b/k', headers })
    if (headers.expect) {
      sent.flushHeaders()
      await once(sent, 'continue')
    }
    sent.end(body)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    t.equal(await text(answer), 'done')
  }
  t.same(seen, [
    { agent: 'hearth-depth/1', bytes: body.length },
    { agent: 'hearth-depth/2', bytes: body.length },
  ])
})
