import t from 'tap'
import { withEgress } from './played-network.ts'

const plain = { who: 'plain', method: 'GET', url: '/p?q=1', host: 'plain.example' }
const secure = { who: 'secure', method: 'GET', url: '/s', host: 'secure.example' }

/** Clients of every kind, all in the handler's own thread, none told of any proxy. */
const CLIENTS: Record<string, [source: string, value: unknown]> = {
  fetch: ['return (await fetch("http://plain.example/p?q=1")).json()', plain],
  'http.get': ['return get(http, "http://plain.example/p?q=1")', plain],
  'an own http.Agent': [
    'return get(http, "http://plain.example/p?q=1", { agent: new http.Agent({ keepAlive: true }) })',
    plain,
  ],
  'an own https.Agent': [
    'return get(https, "https://secure.example/s", { agent: new https.Agent({ keepAlive: true, maxSockets: 50, ca: fs.readFileSync(process.env.CA) }) })',
    secure,
  ],
  'the global https agent': [
    'return get(https, "https://secure.example/s", { ca: fs.readFileSync(process.env.CA) })',
    secure,
  ],
  'https to an address': [
    'return get(https, "https://203.0.113.7/s", { ca: fs.readFileSync(process.env.CA) })',
    { who: 'secure', host: '203.0.113.7' },
  ],
  'a proxy client that asks for a tunnel': [
    `const [host, port] = new URL(process.env.HTTPS_PROXY).host.split(':')
     const request = http.request({ host, port, method: 'CONNECT', path: 'secure.example:443' }).end()
     const [reply, socket] = await once(request, 'connect')
     const secured = tls.connect({ socket, servername: 'secure.example', ca: fs.readFileSync(process.env.CA) })
     return get(http, 'http://secure.example/s', { createConnection: () => secured })`,
    secure,
  ],
  'a proxy client that sends the whole URL': [
    `const [host, port] = new URL(process.env.HTTP_PROXY).host.split(':')
     return get(http, 'http://' + host, { port, path: 'http://plain.example:8080/p?q=1', headers: { host: 'plain.example' } })`,
    plain,
  ],
  'a proxy client that sends even a secure URL whole': [
    `process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
     const [host, port] = new URL(process.env.HTTP_PROXY).host.split(':')
     return get(http, 'http://' + host, { port, path: 'https://secure.example/s' })`,
    { who: 'secure', url: '/s' },
  ],
  'a raw socket to a listed name': [
    `const socket = net.connect(5432, 'db.internal'); socket.end('hello'); let text = ''
     for await (const chunk of socket) text += chunk
     return text`,
    'hello',
  ],
  'a socket made first and connected later': [
    `const socket = new net.Socket(); socket.setNoDelay(true); socket.connect({ port: '5432', host: 'db.internal' })
     socket.end('later'); let text = ''
     for await (const chunk of socket) text += chunk
     return text`,
    'later',
  ],
  'a client that looks names up itself': [
    `const { address, family } = await dns.promises.lookup('db.internal')
     const [{ address: again }] = await promisify(dns.lookup)('db.internal', { all: true })
     const socket = net.connect({ host: address, port: 5432, family }); socket.end('looked up'); let text = ''
     for await (const chunk of socket) text += chunk
     return [text, address === again]`,
    ['looked up', true],
  ],
  'storage by its endpoint': [
    'return get(http, process.env.AWS_ENDPOINT_URL_S3 + "/bucket/key")',
    { who: 's3', url: '/bucket/key' },
  ],
  'the platform by its endpoint': [
    'return (await fetch(process.env.AWS_ENDPOINT_URL_LAMBDA + "/2015-03-31/functions")).json()',
    { who: 'lambda' },
  ],
  'an upload of 20 MB': [
    'return (await fetch(process.env.S3_ENDPOINT, { method: "PUT", body: Buffer.alloc(20e6, "x") })).json()',
    { who: 's3', bytes: 20e6 },
  ],
  'a server of the handler’s own': [
    `const server = net.createServer((socket) => socket.end('own')).listen(0, '127.0.0.1'); await once(server, 'listening')
     let text = ''; for (const host of ['localhost', '127.0.0.1']) for await (const chunk of net.connect(server.address().port, host)) text += chunk
     server.close(); return text`,
    'ownown',
  ],
}

for (const [client, [source, value]] of Object.entries(CLIENTS)) {
  t.test(`reaches its host with ${client}`, async (t) => {
    const pool = await withEgress(t, source, { egress: ['db.internal:5432'] })
    const answer = await pool.invoke({})
    t.match(answer, { head: { type: 'result' } }, JSON.stringify(answer.head))
    t.match(answer.value, value)
    t.match((await pool.invoke({})).value, value, 'again')
  })
}

t.test('half-closed and slow streams lose nothing', async (t) => {
  const pool = await withEgress(
    t,
    `const socket = net.connect(5432, 'db.internal'); const size = 30e6; let sent = 0, got = 0
     const write = () => { while (sent < size) { sent += 1e6; if (!socket.write(Buffer.alloc(1e6, 'y'))) return socket.once('drain', write) } socket.end() }
     write()
     for await (const chunk of socket) { got += chunk.length; if (got < 2e6) await new Promise((r) => setTimeout(r, 5)) }
     return got`,
    { egress: ['db.internal:5432'] },
  )
  t.equal((await pool.invoke({})).value, 30e6)
})

t.test('twenty connections at a time get their own answers', async (t) => {
  const pool = await withEgress(
    t,
    `return Promise.all(Array.from({ length: 20 }, async (_, i) => {
       const s = net.connect(5432, 'db.internal'); s.end('n' + i); let t = ''; for await (const c of s) t += c; return t }))`,
    { egress: ['db.internal:5432'] },
  )
  t.strictSame(
    (await pool.invoke({})).value,
    Array.from({ length: 20 }, (_, i) => `n${i}`),
  )
})

t.test('a refused connection never connects, and its error has the reason', async (t) => {
  const pool = await withEgress(
    t,
    `const events = []; const socket = net.connect(80, '169.254.169.254')
     socket.on('connect', () => events.push('connect'))
     const [error] = await once(socket, 'error'); events.push(error.code, error.message)
     const fetched = await fetch('http://metadata.internal/').catch((e) => e.cause.message)
     return [...events, fetched]`,
  )
  t.strictSame((await pool.invoke({})).value, [
    'ECONNREFUSED',
    'Connection to 169.254.169.254:80 failed: not on the list',
    'Connection to metadata.internal:80 failed: not on the list',
  ])
})

t.test('a socket destroyed on its way disturbs no other', async (t) => {
  const pool = await withEgress(
    t,
    `const gone = net.connect(5432, 'db.internal'); gone.destroy()
     const s = net.connect(5432, 'db.internal'); s.end('stays'); let t = ''; for await (const c of s) t += c; return t`,
    { egress: ['db.internal:5432'] },
  )
  t.equal((await pool.invoke({})).value, 'stays')
})

t.test('egress none has no proxy variables, but the platform’s own endpoints', async (t) => {
  const pool = await withEgress(
    t,
    `return { proxies: Object.keys(process.env).filter((name) => /proxy/i.test(name)),
       s3: (await get(http, process.env.AWS_ENDPOINT_URL_S3)).who,
       curl: execSync('curl -s ' + process.env.S3_ENDPOINT).toString(),
       lookup: await dns.promises.lookup('plain.invalid').catch((e) => e.code) }`,
    { egress: 'none' },
  )
  const { value } = await pool.invoke({})
  t.match(value, { proxies: [], s3: 's3', curl: /"who":"s3"/, lookup: /^E/ })
})

t.test('an open connection does not hold back the callback of a handler', async (t) => {
  const pool = await withEgress(
    t,
    `const agent = globalThis.agent ??= new http.Agent({ keepAlive: true })
     await get(http, 'http://plain.example/', { agent }); return 'done'`,
  )
  t.equal((await pool.invoke({})).value, 'done')
})
