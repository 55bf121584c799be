import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { encodeFrame, FrameReader } from '../../core/frame.ts'
import type { Figures, Load } from '../load/load.ts'
import { benchProgram, startAnswering } from '../server-process.ts'
import { percentile } from '../statistics.ts'

const BODY = Buffer.from('{"n":1}')

/** Frames that go to another process over one Unix socket and come back: no HTTP, no platform. */
export interface FramedEcho {
  load(load: Load): Promise<Figures>
  stop(): Promise<void>
}

export async function startFramedEcho(): Promise<FramedEcho> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-framed-'))
  const path = join(folder, 'echo.sock')
  const program = benchProgram('limits/framed-echo.ts')
  const listens = () => Promise.resolve(existsSync(path))
  const server = await startAnswering({ command: [...program.command, path] }, listens)
  const socket = connect(path)
  await once(socket, 'connect')
  return {
    load: (load) => exchange(socket, load),
    async stop() {
      socket.destroy()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** So many frames are on the way at any time. */
async function exchange(socket: Socket, { clients, seconds }: Load): Promise<Figures> {
  const reader = new FrameReader<{ type: string; sentAt: number }>()
  const latencies: number[] = []
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  let open = clients
  const send = () =>
    socket.write(encodeFrame({ type: 'invoke', sentAt: performance.now() } as never, BODY))
  await new Promise<void>((resolve) => {
    const receive = (chunk: Buffer) => {
      for (const { head } of reader.push(chunk)) {
        const now = performance.now()
        latencies.push(now - head.sentAt)
        if (now < endsAt) send()
        else open -= 1
      }
      if (open > 0) return
      socket.off('data', receive)
      resolve()
    }
    socket.on('data', receive)
    for (let client = 0; client < clients; client += 1) send()
  })
  const took = (performance.now() - startedAt) / 1000
  latencies.sort((a, b) => a - b)
  return {
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    perSecond: latencies.length / took,
  }
}
