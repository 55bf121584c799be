import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { FrameReader } from '../../../core/frame.ts'
import type { OpenMessage, ToSandbox } from '../../../core/protocol.ts'
import { Egress } from '../../../scheduler/pool/egress.ts'
import { startNameServer } from '../../fixtures/name-server.ts'

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

const nameServer = await startNameServer(NAMES)
let reached = 0
const host = createServer((socket) => {
  reached += 1
  socket.destroy()
}).listen(0, '0.0.0.0')
await once(host, 'listening')
const sandboxes = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
await once(sandboxes, 'listening')
t.teardown(() => {
  nameServer.stop()
  host.close()
  sandboxes.close()
})
const { port } = host.address() as AddressInfo
const egress = new Egress({ nameServers: [`127.0.0.1:${nameServer.port}`] })

/** What a sandbox is answered that asks for this host. */
async function ask(name: string, rule: 'public' | string[] = 'public'): Promise<unknown> {
  const client = connect((sandboxes.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(sandboxes, 'connection')) as [Socket]
  const message: OpenMessage = { type: 'open', target: 'host', host: name, port }
  void egress.open({ socket, message, rest: Buffer.alloc(0) }, { rule, depth: () => undefined })
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
