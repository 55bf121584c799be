import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ConnectionProxy } from '../../chaos/connection-proxy.ts'

const ANSWER = 'an answer of more than twelve bytes'

/** A server that answers each piece of data, behind a proxy. */
async function startPair(t: Test) {
  const asked: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      asked.push(String(data))
      socket.write(ANSWER)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const at = { port: 0, host: '127.0.0.1' }
  const proxy = await ConnectionProxy.listen(at, { port, host: '127.0.0.1' })
  t.teardown(() => {
    proxy.close()
    server.close()
  })
  return { asked, proxy, dial: () => dial(proxy.port) }
}

async function dial(port: number) {
  const socket: Socket = connect(port, '127.0.0.1')
  const seen = { text: '', closed: false }
  socket.on('error', () => undefined)
  socket.on('data', (data) => {
    seen.text += data
  })
  socket.on('close', () => {
    seen.closed = true
  })
  await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  return { socket, seen, ask: () => socket.write('ask') }
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await sleep(5)
}

t.test('without a mode everything passes, both ways', async (t) => {
  const { asked, dial } = await startPair(t)
  const { seen, ask, socket } = await dial()
  ask()
  await until(() => seen.text === ANSWER)
  t.strictSame(asked, ['ask'])
  socket.destroy()
})

t.test('refuse ends what is connected and what comes, until it is lifted', async (t) => {
  const { proxy, dial } = await startPair(t)
  const before = await dial()
  const lift = proxy.impose({ kind: 'refuse' })
  await until(() => before.seen.closed)
  const during = await dial()
  await until(() => during.seen.closed)
  lift()
  const after = await dial()
  after.ask()
  await until(() => after.seen.text === ANSWER)
  after.socket.destroy()
})

t.test('hang passes nothing and ends nothing; lifted, all goes on', async (t) => {
  const { asked, proxy, dial } = await startPair(t)
  const { seen, ask, socket } = await dial()
  const lift = proxy.impose({ kind: 'hang' })
  ask()
  await sleep(100)
  t.strictSame([asked.length, seen.text, seen.closed], [0, '', false])
  lift()
  await until(() => seen.text === ANSWER)
  socket.destroy()
})

t.test('deaf lets requests arrive and loses their answers', async (t) => {
  const { asked, proxy, dial } = await startPair(t)
  const { seen, ask } = await dial()
  const lift = proxy.impose({ kind: 'deaf' })
  ask()
  await until(() => asked.length === 1)
  await sleep(50)
  t.equal(seen.text, '')
  lift()
  await until(() => seen.closed)
})

t.test('freeze lets an answer begin, and not end', async (t) => {
  const { proxy, dial } = await startPair(t)
  const { seen, ask } = await dial()
  const lift = proxy.impose({ kind: 'freeze' })
  ask()
  await until(() => seen.text !== '')
  await sleep(50)
  t.equal(seen.text, ANSWER.slice(0, 12))
  lift()
  await until(() => seen.closed)
})

t.test('modes lie over each other; the last one holds', async (t) => {
  const { proxy, dial } = await startPair(t)
  const { seen, ask, socket } = await dial()
  const liftDelay = proxy.impose({ kind: 'delay', ms: 20 })
  const liftHang = proxy.impose({ kind: 'hang' })
  ask()
  await sleep(80)
  t.equal(seen.text, '')
  liftHang()
  await until(() => seen.text === ANSWER)
  liftDelay()
  socket.destroy()
})

t.test('what was delayed is not overtaken when the delay is lifted', async (t) => {
  const { asked, proxy, dial } = await startPair(t)
  const { socket, ask } = await dial()
  const lift = proxy.impose({ kind: 'delay', ms: 100 })
  ask()
  await sleep(50)
  lift()
  socket.write('another')
  await until(() => asked.join('').length === 'askanother'.length)
  t.equal(asked.join(''), 'askanother')
  socket.destroy()
})
