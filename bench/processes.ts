import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Docker from 'dockerode'
import type { MeasuredPlatform } from './platform.ts'

const KB_OF_MB = 1024
const TICKS_PER_SECOND = 100

/** Private memory of a process in MB: what one more of it costs. */
export async function privateMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kilobytes = [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].map(([, kb]) => Number(kb))
  return kilobytes.reduce((sum, kb) => sum + kb, 0) / KB_OF_MB
}

/** All that is resident of a process, what it shares with others counted, in MB. */
export async function residentMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) / KB_OF_MB
}

/** Seconds that a process has computed so far. */
export async function cpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Open files and sockets of a process. */
export async function openHandles(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length
}

/** The process of the platform's own Redis. */
export async function redisPid({ pid }: MeasuredPlatform): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  for (const child of children.trim().split(' ').map(Number)) {
    if ((await readFile(`/proc/${child}/comm`, 'utf8')).startsWith('redis')) return child
  }
  throw new Error(`Process ${pid} has started no Redis`)
}

/** The containers of a platform's sandboxes. */
export async function containersOf({ dataDir }: MeasuredPlatform): Promise<string[]> {
  const node = readFileSync(join(dataDir, 'node-id'), 'utf8').trim()
  const filters = { label: [`hearth.node=${node}`] }
  return (await new Docker().listContainers({ filters })).map(({ Id }) => Id)
}

/** Private memory of a container in MB: of Node alone, and with all else that runs for it. */
export async function containerMemory(
  containerId: string,
): Promise<{ node: number; whole: number }> {
  const container = new Docker().getContainer(containerId)
  const top = await container.top({ ps_args: '-eo pid,comm' })
  const processes = (top.Processes as string[][]).map(([pid, name]) => ({ pid: Number(pid), name }))
  const node = processes.find(({ name }) => /node|MainThread/.test(name ?? ''))
  if (!node) throw new Error(`No Node process in ${containerId}`)
  const { State } = await container.inspect()
  const pids = [...processes.map(({ pid }) => pid), await parentOf(State.Pid)]
  const memory = await Promise.all(pids.map(privateMb))
  return { node: await privateMb(node.pid), whole: memory.reduce((sum, mb) => sum + mb, 0) }
}

/** The engine's shim, which lives as long as the container. */
async function parentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^PPid:\s+(\d+)/m.exec(text)?.[1])
}
