import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { NamedUrl } from '../arguments.ts'
import type { Target } from '../load/load.ts'
import type { Unmeasured } from '../report/row.ts'
import { type ServerProcess, startAnswering } from '../server-process.ts'
import { EVENT } from './handler.ts'
import { installPeer } from './install.ts'
import type { Peer } from './peer.ts'

/** A peer that can be loaded. */
export interface RunningPeer {
  /** As it is called in the table: with its version. */
  title: string
  name: string
  settings: string
  target: Target
  stop(): Promise<void>
}

export interface Peers {
  running: RunningPeer[]
  /** Those that could not be installed or started. */
  missing: Unmeasured[]
}

/** Installs and starts all peers that are known, beside the servers that run already. */
export async function startPeers(known: readonly Peer[], given: NamedUrl[]): Promise<Peers> {
  const running: RunningPeer[] = []
  const missing: Unmeasured[] = []
  for (const peer of known) {
    try {
      const { server, target } = await startPeer(peer)
      const { name, settings } = peer
      running.push({ title: titleOf(peer), name, settings, target, stop: server.stop })
    } catch (error) {
      missing.push({ what: titleOf(peer), reason: (error as Error).message })
    }
  }
  for (const { name, url } of given) {
    const target = { url, body: EVENT }
    if (await answers(target)) {
      running.push({ title: name, name, settings: url, target, stop: async () => undefined })
    } else {
      missing.push({
        what: name,
        reason: `${url} does not answer ${EVENT} as the handler does`,
        failed: true,
      })
    }
  }
  return { running, missing }
}

export const titleOf = ({ name, packages: [own] }: Peer) => `${name} ${own?.version}`

/** Milliseconds from the start of the process to its first answer. */
export async function timeFirstAnswer(peer: Peer): Promise<number> {
  const { server, firstAnswerMs } = await startPeer(peer)
  await server.stop()
  return firstAnswerMs
}

async function startPeer(
  peer: Peer,
): Promise<{ server: ServerProcess; target: Target; firstAnswerMs: number }> {
  const directory = await installPeer(peer)
  const port = await freePort()
  for (const [file, text] of Object.entries(peer.files(port))) {
    await writeFile(join(directory, file), text)
  }
  const target = { url: `http://127.0.0.1:${port}${peer.path}`, body: EVENT }
  const startedAt = performance.now()
  const server = await startAnswering(
    {
      command: peer.command(process.execPath, port),
      // The setting that is fastest for them.
      environment: { NODE_ENV: 'production', ...peer.environment },
      directory,
    },
    () => answers(target),
  )
  return { server, target, firstAnswerMs: performance.now() - startedAt }
}

/** Whether it answers as the handler does. A server that does not listen yet answers nothing. */
async function answers({ url, body }: Target): Promise<boolean> {
  const headers = { 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(10_000)
  const response = await fetch(url, { method: 'POST', headers, body, signal }).catch(
    () => undefined,
  )
  return (response?.ok && (await response.text()).includes('"n":1')) ?? false
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
