import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { openLoop } from '../../../bench/load/open-loop.ts'

const PER_SECOND = 200
const STALL_MS = 300
const order = (url: string) => ({
  url,
  body: '{"n":1}',
  perSecond: PER_SECOND,
  seconds: 2,
  warmUpSeconds: 0.2,
})

async function serve(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/path?q=1`
}

t.test('a stall of the server counts against every request that was due meanwhile', async (t) => {
  const bodies = new Set<string>()
  let requests = 0
  const url = await serve(t, (request, response) => {
    request.on('data', (body: Buffer) => bodies.add(`${request.url} ${body}`))
    request.on('end', () => response.end('{"ok":true}'))
    requests += 1
    if (requests === 100) standStill(STALL_MS)
  })
  const figures = await openLoop(order(url))
  // 60 of 400 are due in the stall, and wait for its end from 300 ms down to none.
  t.ok(figures.p99Ms > STALL_MS * 0.7, `p99 is ${figures.p99Ms} ms`)
  t.ok(figures.maxMs >= STALL_MS - 10, `the slowest took ${figures.maxMs} ms`)
  t.ok(figures.p50Ms < STALL_MS / 3, `p50 is ${figures.p50Ms} ms`)
  t.ok(Math.abs(figures.perSecond - PER_SECOND) < 20, `${figures.perSecond} a second`)
  t.equal(requests, 440)
  t.same([...bodies], ['/path?q=1 {"n":1}'])
})

t.test('requests for which no connection was free count from when they were due', async (t) => {
  let requests = 0
  const url = await serve(t, (_request, response) => {
    response.end('{"ok":true}')
    requests += 1
    if (requests === 250) standStill(600)
  })
  const figures = await openLoop({ ...order(url), perSecond: 1000, seconds: 1 })
  // 600 of 1,000 are due in the stall, more than there are connections: half of all wait for 100 ms and longer.
  t.ok(figures.p50Ms > 50, `p50 is ${figures.p50Ms} ms`)
})

t.test('an answer in pieces is waited for', async (t) => {
  const url = await serve(t, (_request, response) => {
    response.write('{"ok":')
    setTimeout(() => response.end('true}'), 20)
  })
  const figures = await openLoop(order(url))
  t.ok(figures.p50Ms >= 20, `p50 is ${figures.p50Ms} ms`)
})

t.test('a refusal is no answer', async (t) => {
  const url = await serve(t, (_request, response) => response.writeHead(429).end())
  await t.rejects(openLoop(order(url)), /answered 429/)
})

t.test('a server that ends its connections rejects', async (t) => {
  const url = await serve(t, (request) => request.socket.destroy())
  await t.rejects(openLoop(order(url)), /closed a connection/)
})

function standStill(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs)
}
