import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { encodeFrame } from '../../../core/frame.ts'
import type { FromSandbox } from '../../../core/protocol.ts'
import { Egress } from '../../../scheduler/pool/egress.ts'
import { SandboxLink } from '../../../scheduler/pool/sandbox-link.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

/** A link as the pool has it, and a sandbox that says what the test says. */
async function start(t: Test) {
  const path = join(await temporaryFolder(t), 'hearth.sock')
  const egress = new Egress({})
  const messages: string[] = []
  const link = await SandboxLink.listen(path, {
    hello: (message) => messages.push(message.type),
    message: ({ head }) => messages.push(head.type),
    open: (request) => void egress.open(request, { rule: 'public', depth: () => undefined }),
    closed: () => messages.push('closed'),
  })
  t.teardown(() => link.close())
  const dial = async (): Promise<Socket> => {
    const socket = connect({ path, allowHalfOpen: true })
    t.teardown(() => socket.destroy())
    socket.on('error', () => undefined).resume()
    await once(socket, 'connect')
    return socket
  }
  const control = await dial()
  control.write(encodeFrame({ type: 'hello', nodeVersion: 'v24' } as FromSandbox))
  return { dial, control, messages }
}

t.test('a connection that never says what it is holds no memory of the pool', async (t) => {
  const { dial } = await start(t)
  const socket = await dial()
  const head = Buffer.alloc(8)
  head.writeUInt32BE(500_000, 0)
  socket.write(Buffer.concat([head, Buffer.alloc(100_000, ' ')]))
  const closed = new Promise((resolve) => socket.once('close', () => resolve('closed')))
  t.equal(await Promise.race([closed, later('open after two seconds')]), 'closed')
})

t.test('a refused connection is gone, whatever its sandbox does with its own side', async (t) => {
  const { dial } = await start(t)
  const socket = await dial()
  socket.write(encodeFrame({ type: 'open', target: 'lambda' } as FromSandbox))
  await once(socket, 'end')
  const refused = new Promise((resolve) => {
    const more = setInterval(() => socket.write('more'), 20)
    socket.once('close', () => {
      clearInterval(more)
      resolve('closed')
    })
    t.teardown(() => clearInterval(more))
  })
  t.equal(await Promise.race([refused, later('open after two seconds')]), 'closed')
})

t.test('there is one control connection, and it carries frames of any size', async (t) => {
  const { dial, control, messages } = await start(t)
  const second = await dial()
  second.write(encodeFrame({ type: 'hello', nodeVersion: 'v24' } as FromSandbox))
  await once(second, 'end')
  const result = { type: 'result', id: 'a', handlerMs: 1, maxMemoryMb: 1 } satisfies FromSandbox
  control.write(encodeFrame(result, Buffer.alloc(1_000_000)))
  while (!messages.includes('result')) await new Promise((resolve) => setImmediate(resolve))
  t.same(messages, ['hello', 'result'])
})

function later(text: string): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, 2000, text).unref())
}
