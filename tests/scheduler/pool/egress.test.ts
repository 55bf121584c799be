import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import t from 'tap'
import { needsEngine, startPool } from '../../fixtures/pool.ts'

await needsEngine(t)

const echo = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => undefined)
  socket.write('hello ')
  socket.pipe(socket)
})
echo.listen(0, '127.0.0.1')
await once(echo, 'listening')
const { port } = echo.address() as AddressInfo
const rig = await startPool({ s3Endpoint: `http://127.0.0.1:${port}`, generic: 2 })
t.teardown(async () => {
  await rig.close()
  echo.close()
})

/** Speaks the protocol itself: what is tested is the pool's answer, not the runtime's manners. */
const SOURCE = `
import net from 'node:net'
export const handler = ({ open, text = '', count = 1 }) =>
  Promise.all(Array.from({ length: count }, () => ask(open, text))).then((all) => count === 1 ? all[0] : all)
function ask(open, text) {
  return new Promise((resolve) => {
    const socket = net.connect({ path: '/var/run/hearth.sock' })
    const head = Buffer.from(JSON.stringify({ type: 'open', ...open }))
    const prefix = Buffer.alloc(8)
    prefix.writeUInt32BE(head.length, 0)
    let got = Buffer.alloc(0)
    socket.on('data', (chunk) => { got = Buffer.concat([got, chunk]) })
    socket.on('error', (error) => resolve(error.code))
    socket.on('close', () => resolve(answerOf(got)))
    socket.end(Buffer.concat([prefix, head, Buffer.from(text)]))
  })
}
function answerOf(got) {
  if (got.length < 8) return 'closed'
  const end = 8 + got.readUInt32BE(0)
  const head = JSON.parse(got.subarray(8, end))
  return head.type === 'opened' ? 'opened: ' + got.subarray(end) : head.type + ': ' + head.reason
}`

const of = (egress: 'public' | 'none' | string[]) =>
  rig.deploy(SOURCE, { egress, timeoutSeconds: 15 })

t.test('a platform endpoint is connected, and every byte passes both ways', async (t) => {
  const fn = await of('public')
  const { result } = await rig.call(fn, { open: { target: 's3' }, text: 'x'.repeat(100_000) })
  t.equal(result, `opened: hello ${'x'.repeat(100_000)}`)
})

t.test('an endpoint that the platform does not have is refused', async (t) => {
  const { result } = await rig.call(await of('public'), { open: { target: 'lambda' } })
  t.match(result, /^refused: there is no gateway here/)
})

t.test('a private address is refused, however it is written', async (t) => {
  const fn = await of('public')
  for (const host of [
    '127.0.0.1',
    'localhost',
    '[::1]',
    '::ffff:127.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
  ]) {
    const { result } = await rig.call(fn, { open: { target: 'host', host, port } })
    t.match(result, /^refused: /, host)
  }
})

t.test('a private address that the function names is connected, on that port only', async (t) => {
  const fn = await of([`127.0.0.1:${port}`, `localhost:${port}`])
  for (const host of ['127.0.0.1', 'localhost']) {
    const { result } = await rig.call(fn, { open: { target: 'host', host, port }, text: 'db' })
    t.equal(result, 'opened: hello db', host)
  }
  const { result } = await rig.call(fn, {
    open: { target: 'host', host: '127.0.0.1', port: port - 1 },
  })
  t.match(result, /^refused: /)
})

t.test('with "none" nothing is connected but the platform itself', async (t) => {
  const fn = await of('none')
  t.equal((await rig.call(fn, { open: { target: 's3' } })).result, 'opened: hello ')
  for (const host of ['example.com', '127.0.0.1', '1.1.1.1']) {
    const { result } = await rig.call(fn, { open: { target: 'host', host, port } })
    t.equal(result, 'refused: egress of this function is "none"', host)
  }
})
t.test(
  'a second hello, and anything that is no message, is hung up on; the sandbox goes on',
  async (t) => {
    const fn = await of('public')
    await rig.call(fn, { open: { target: 's3' } })
    for (const open of [{ type: 'hello' }, { type: 'result', id: 'x' }, { type: 'nonsense' }]) {
      t.equal((await rig.call(fn, { open })).result, 'closed')
      const { answer } = await rig.call(fn, { open: { target: 's3' } })
      t.equal(answer.timings.start, 'warm', open.type)
    }
  },
)

t.test('connections of one sandbox are bounded', async (t) => {
  const fn = await of('public')
  const { result } = await rig.call(fn, { open: { target: 's3' }, count: 400 })
  const all = result as string[]
  const opened = all.filter((one) => one.startsWith('opened')).length
  t.ok(opened > 0 && opened <= 400)
  t.equal((await rig.call(fn, { open: { target: 's3' } })).result, 'opened: hello ')
})
