import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import Docker from 'dockerode'
import { EVENT, HANDLER } from './peers/handler.ts'

/** Says that it is there by connecting, as a sandbox does: no interval of a poll is part of the figure. */
const PROGRAM = `
const handler = ${HANDLER}
const socket = require('node:net').connect('/run/bench/host.sock')
socket.on('data', async (event) => socket.write(JSON.stringify(await handler(JSON.parse(event)))))
`

/**
 * Milliseconds to create and start a container of this image, and to have the first answer of the
 * handler in it: the path that is there without a platform. It gets no network, which is the
 * fastest that the engine's own flags allow.
 */
export async function plainContainer(image: string): Promise<number> {
  const docker = new Docker()
  const folder = await mkdtemp(join(tmpdir(), 'hearth-plain-'))
  await chmod(folder, 0o755)
  const path = join(folder, 'host.sock')
  const server = createServer().listen({ path, writableAll: true, readableAll: true })
  await once(server, 'listening')
  const startedAt = performance.now()
  const connected = once(server, 'connection')
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['node'],
    Cmd: ['-e', PROGRAM],
    HostConfig: { NetworkMode: 'none', Binds: [`${folder}:/run/bench`] },
  })
  try {
    await container.start()
    const [socket] = (await connected) as [Socket]
    socket.write(EVENT)
    await once(socket, 'data')
    const took = performance.now() - startedAt
    socket.destroy()
    return took
  } finally {
    await container.remove({ force: true })
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}
