import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, isIPv4, type Socket } from 'node:net'
import t from 'tap'
import { FrameReader, type OpenMessage, type ToSandbox } from '../../../core/protocol.ts'
import { Egress } from '../../../scheduler/pool/egress.ts'

/** What a name server that somebody else controls may answer. */
const NAMES: Record<string, string[]> = {
  'private.example': ['10.1.2.3'],
  'loopback.example': ['127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'local6.example': ['::1'],
  'unique6.example': ['fd00::1'],
  'mixed.example': ['192.0.43.8', '10.1.2.3'],
  'both.example': ['192.0.43.8', '::1'],
  'nowhere.example': [],
}

const [A, AAAA, IN] = [1, 28, 1]
const HEADER_BYTES = 12

/** The answer of RFC 1035 to one question. */
function answerTo(query: Buffer): Buffer {
  let end = HEADER_BYTES
  const labels: string[] = []
  for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) {
    labels.push(query.toString('latin1', end + 1, end + 1 + length))
    end += 1 + length
  }
  const type = query.readUInt16BE(end + 1)
  const question = query.subarray(HEADER_BYTES, end + 5)
  const wanted = (address: string) => isIPv4(address) === (type === A)
  const records = (NAMES[labels.join('.').toLowerCase()] ?? []).filter(wanted).map(recordOf)
  const header = Buffer.from(query.subarray(0, HEADER_BYTES))
  header.writeUInt16BE(0x8580, 2)
  for (const [offset, count] of [1, records.length, 0, 0].entries()) {
    header.writeUInt16BE(count, 4 + 2 * offset)
  }
  return Buffer.concat([header, question, ...records])
}

function recordOf(address: string): Buffer {
  const data = isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : bytesOfV6(address)
  const head = Buffer.alloc(HEADER_BYTES)
  head.writeUInt16BE(0xc000 + HEADER_BYTES, 0)
  head.writeUInt16BE(isIPv4(address) ? A : AAAA, 2)
  head.writeUInt16BE(IN, 4)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function bytesOfV6(address: string): Buffer {
  const mapped = /^::ffff:(.*)$/.exec(address)?.[1]
  if (mapped) return Buffer.from([...Array(10).fill(0), 255, 255, ...mapped.split('.').map(Number)])
  const [first = '', last = ''] = address.split('::')
  const bytes = Buffer.alloc(16)
  if (first) bytes.writeUInt16BE(Number.parseInt(first, 16), 0)
  bytes.writeUInt16BE(Number.parseInt(last, 16), 14)
  return bytes
}

const nameServer = createSocket('udp4', (query, peer) => {
  nameServer.send(answerTo(query), peer.port, peer.address)
})
nameServer.bind(0, '127.0.0.1')
await once(nameServer, 'listening')
let reached = 0
const host = createServer((socket) => {
  reached += 1
  socket.destroy()
}).listen(0, '0.0.0.0')
await once(host, 'listening')
const sandboxes = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
await once(sandboxes, 'listening')
t.teardown(() => {
  nameServer.close()
  host.close()
  sandboxes.close()
})
const { port } = host.address() as AddressInfo
const egress = new Egress({ nameServers: [`127.0.0.1:${nameServer.address().port}`] })

/** What a sandbox is answered that asks for this host. */
async function ask(name: string, rule: 'public' | string[] = 'public'): Promise<unknown> {
  const client = connect((sandboxes.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(sandboxes, 'connection')) as [Socket]
  const message: OpenMessage = { type: 'open', target: 'host', host: name, port }
  void egress.open({ socket, message, rest: Buffer.alloc(0) }, rule)
  const [chunk] = (await once(client, 'data')) as [Buffer]
  client.destroy()
  return new FrameReader<ToSandbox>().pushFirst(chunk)?.frame.head
}

t.test('a name is refused when any address that it has is not a public one', async (t) => {
  for (const [name, addresses] of Object.entries(NAMES)) {
    if (addresses.length === 0) continue
    const reason = new RegExp(`^"${name}" is .*, which is not a public address$`)
    t.match(await ask(name), { type: 'refused', reason }, name)
  }
  t.equal(reached, 0)
})

t.test('a name without an address is refused, and the files of this host name none', async (t) => {
  for (const name of ['nowhere.example', 'unknown.example', 'localhost']) {
    t.match(
      await ask(name),
      { type: 'refused', reason: /not a public address|has no address/ },
      name,
    )
  }
  t.equal(reached, 0)
})

t.test('a name of the list is resolved as this host resolves it', async (t) => {
  t.match(await ask('localhost', [`localhost:${port}`]), { type: 'opened' })
  t.match(await ask('private.example', [`localhost:${port}`]), { type: 'refused' })
})
