import { createHmac } from 'node:crypto'
import t from 'tap'
import type { Egress } from '../../../core/functions/function.ts'
import { postSigned } from '../../../scheduler/destinations/signed-request.ts'
import { OutboundConnections } from '../../../scheduler/outbound-connections.ts'
import { startReceiver } from '../../fixtures/http-receiver.ts'
import { startNameServer } from '../../fixtures/name-server.ts'

const key = Buffer.from('a key of twenty-four byte')
const secret = `whsec_${key.toString('base64')}`
const receiver = await startReceiver(t)
const connections = new OutboundConnections()
const body = Buffer.from('{"grüße":1}')

function post(url: string, egress: Egress = [receiver.target]) {
  const destination = { type: 'http', url, secret } as const
  return postSigned(connections, { destination, id: 'message-1', body, egress })
}

t.test('a message arrives with a signature that its receiver can check', async (t) => {
  await post(receiver.url)
  const [got] = receiver.received.splice(0)
  if (!got) throw new Error('nothing arrived')
  t.match(got, { method: 'POST', path: '/hook?a=1', body: body.toString() })
  t.match(got.headers, { 'content-type': 'application/json', 'webhook-id': 'message-1' })
  const timestamp = String(got.headers['webhook-timestamp'])
  t.ok(Math.abs(Number(timestamp) - Date.now() / 1000) < 60)
  const expected = createHmac('sha256', key).update(`message-1.${timestamp}.${got.body}`)
  t.equal(got.headers['webhook-signature'], `v1,${expected.digest('base64')}`)
})

t.test('only 2xx is success, and no redirect is followed', async (t) => {
  for (const status of [301, 302, 307, 308, 400, 404, 429, 500, 503]) {
    receiver.answer = (response) => response.writeHead(status, { location: receiver.url }).end()
    await t.rejects(post(receiver.url), { message: new RegExp(`answered ${status}$`) })
  }
  t.equal(receiver.received.splice(0).length, 9, 'one request each')
  receiver.answer = (response) => response.writeHead(204).end()
  await post(receiver.url)
  receiver.answer = (response) => response.destroy()
  await t.rejects(post(receiver.url), { message: /hang up/ })
  receiver.received.splice(0)
})

t.test('an endless answer is not read', async () => {
  let timer: NodeJS.Timeout | undefined
  receiver.answer = (response) => {
    response.writeHead(200)
    timer = setInterval(() => response.write('x'.repeat(1000)), 1)
    response.once('close', () => clearInterval(timer))
  }
  await post(receiver.url)
  receiver.received.splice(0)
})

t.test(
  'addresses that are not public are refused for good, however they are written',
  async (t) => {
    const port = receiver.target.split(':')[1]
    const hosts = [
      '127.0.0.1',
      'localhost',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '0.0.0.0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::]',
      '169.254.169.254',
      '[fd00:ec2::254]',
      '10.0.0.1',
      '192.168.1.1',
      '172.17.0.1',
      '100.100.100.200',
      '168.63.129.16',
    ]
    for (const egress of ['public', 'none', ['example.com:443']] as const) {
      for (const host of hosts) {
        const refused = post(`http://${host}:${port}/`, egress as Egress)
        await t.rejects(refused, { name: host === 'localhost' ? /./ : 'Undeliverable' }, host)
      }
    }
    t.same(receiver.received, [])
  },
)

t.test('a public name with a private address is refused', async (t) => {
  const nameServer = await startNameServer({ 'inside.example.com': ['127.0.0.1'] })
  t.teardown(() => nameServer.stop())
  const outside = new OutboundConnections([`127.0.0.1:${nameServer.port}`])
  const port = receiver.target.split(':')[1]
  const destination = { type: 'http', url: `http://inside.example.com:${port}/`, secret } as const
  const request = { destination, id: 'm', body, egress: 'public' } as const
  await t.rejects(postSigned(outside, request), {
    name: 'ForbiddenAddress',
    message: /127\.0\.0\.1, which is not a public address/,
  })
  t.same(receiver.received, [])
})
