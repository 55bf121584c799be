import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Docker from 'dockerode'
import { type MeasuredPlatform, request, until } from './platform.ts'
import type { Row } from './row.ts'

const UNUSED = 50
/** POOL_GENERIC's default. */
const GENERICS = 4
const SETTLE_MS = 2_000
const SOURCE = 'export const handler = async () => null'

interface Ready {
  dependencies: { scheduler: { sandboxes: { generic: number; starting: number } } }
}

/** What functions cost that nobody calls, and what a generic sandbox costs beside a bare Node in the same container. */
export async function measureIdle(platform: MeasuredPlatform, image: string): Promise<Row[]> {
  await until('the pool is full', () => poolIsFull(platform))
  const before = await footprint(platform)
  for (let index = 0; index < UNUSED; index += 1) {
    await request(`${platform.url}/functions`, 'POST', { name: `unused-${index}`, source: SOURCE })
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const after = await footprint(platform)
  const generic = await privateMemoryMb(await genericContainer(platform))
  const bare = await bareContainer(image)
  return [
    {
      what: 'containers per unused function',
      figure: `${after.containers - before.containers}`,
      against: `${UNUSED} functions registered`,
      value: Math.max(0, after.containers - before.containers),
      budget: { atMost: 0 },
    },
    {
      what: 'open handles per unused function',
      figure: `${after.handles - before.handles}`,
      against: `${UNUSED} functions registered`,
      // Keep-alive connections of this measurement come and go; a handle for each function would be 50.
      value: Math.max(0, after.handles - before.handles) < UNUSED / 5 ? 0 : 1,
      budget: { atMost: 0 },
    },
    {
      what: 'memory of a fresh generic sandbox',
      figure: `${generic.toFixed(1)} MB`,
      against: `node -e '' held open ${bare.toFixed(1)} MB`,
      value: generic / bare,
      budget: { atMost: 1.2 },
    },
  ]
}

async function poolIsFull({ url }: MeasuredPlatform): Promise<boolean> {
  const { dependencies } = await request<Ready>(`${url}/health/ready`, 'GET')
  const { generic, starting } = dependencies.scheduler.sandboxes
  return generic >= GENERICS && starting === 0
}

function sandboxesOf({ dataDir }: MeasuredPlatform) {
  const node = readFileSync(join(dataDir, 'node-id'), 'utf8').trim()
  return new Docker().listContainers({ filters: { label: [`hearth.node=${node}`] } })
}

async function footprint(platform: MeasuredPlatform) {
  const { pid } = platform
  const containers = await sandboxesOf(platform)
  const handles = await readdir(`/proc/${pid}/fd`)
  return { containers: containers.length, handles: handles.length }
}

async function genericContainer(platform: MeasuredPlatform): Promise<string> {
  const [container] = await sandboxesOf(platform)
  if (!container) throw new Error('No sandbox runs')
  return container.Id
}

/** Private memory of the Node process in a container: what one more of it costs. */
async function privateMemoryMb(containerId: string): Promise<number> {
  const top = await new Docker().getContainer(containerId).top({ ps_args: '-eo pid,comm' })
  const processes: string[][] = top.Processes
  const node = processes.find((row) => /node|MainThread/.test(row[1] ?? ''))
  if (!node) throw new Error(`No Node process in ${containerId}`)
  const text = await readFile(`/proc/${node[0]}/smaps_rollup`, 'utf8')
  const kilobytes = [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].map(([, kb]) => Number(kb))
  return kilobytes.reduce((sum, kb) => sum + kb, 0) / 1024
}

async function bareContainer(image: string): Promise<number> {
  const docker = new Docker()
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['node'],
    Cmd: ['--max-old-space-size=1024', '-e', 'setInterval(() => {}, 1e9)'],
    HostConfig: { NetworkMode: 'none', Memory: 128 * 1024 * 1024, Init: true },
  })
  try {
    await container.start()
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    return await privateMemoryMb(container.id)
  } finally {
    await container.remove({ force: true })
  }
}
