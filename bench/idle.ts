import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'
import type { Bench } from './bench.ts'
import { SOURCE } from './peers/handler.ts'
import { atRest, type MeasuredPlatform, request, withPlatform } from './platform.ts'
import {
  containerMemory,
  containersOf,
  cpuSeconds,
  openHandles,
  privateMb,
  residentMb,
} from './processes.ts'
import { mb, type Row } from './report/row.ts'
import { once, overRounds } from './statistics.ts'

const UNUSED = 50
const SETTLE_MS = 2_000
/** The platform's own start is over by then. */
const CALM_MS = 10_000
const WINDOWS = 3
const WINDOW_MS = 10_000

/** What a platform costs that nobody calls, its functions, and a generic sandbox beside a bare Node in the same container. */
export async function measureIdle({ image }: Bench): Promise<Row[]> {
  return await withPlatform({}, async (platform) => {
    await atRest(platform)
    const own = await platformItself(platform)
    const before = await footprint(platform)
    for (let index = 0; index < UNUSED; index += 1) {
      const name = `unused-${index}`
      await request(`${platform.url}/functions`, 'POST', { name, source: SOURCE })
    }
    await sleep(SETTLE_MS)
    const after = await footprint(platform)
    const functions = `${UNUSED} functions registered`
    const containers = after.containers - before.containers
    const handles = after.handles - before.handles
    return [
      ...own,
      {
        what: 'containers per unused function',
        figure: `${containers}`,
        against: functions,
        ...once(Math.max(0, containers)),
        budget: { atMost: 0 },
      },
      {
        what: 'open handles per unused function',
        figure: `${handles}`,
        against: functions,
        // Keep-alive connections of this measurement come and go; a handle for each function would be 50.
        ...once(Math.max(0, handles) < UNUSED / 5 ? 0 : 1),
        budget: { atMost: 0 },
      },
      await genericBesideNode(platform, image),
    ]
  })
}

/** The one process of gateway and scheduler, without its Redis and MinIO. */
async function platformItself({ pid }: MeasuredPlatform): Promise<Row[]> {
  await sleep(CALM_MS)
  const shares: number[] = []
  const memory: number[] = []
  for (let window = 0; window < WINDOWS; window += 1) {
    const before = await cpuSeconds(pid)
    await sleep(WINDOW_MS)
    shares.push(((await cpuSeconds(pid)) - before) / (WINDOW_MS / 1000))
    memory.push(await residentMb(pid))
  }
  const cpu = overRounds(shares)
  const resident = overRounds(memory)
  const against = 'nobody calls; without Redis and MinIO'
  return [
    {
      what: 'idle platform, resident memory in MB',
      figure: mb(resident.value),
      against: `${against}; ${mb(await privateMb(pid))} of it are private`,
      ...resident,
      budget: { atMost: 150 },
    },
    {
      what: 'idle platform, share of a core',
      figure: `${(cpu.value * 100).toFixed(1)} %`,
      against,
      ...cpu,
      budget: { atMost: 0.01 },
    },
  ]
}

async function footprint(platform: MeasuredPlatform) {
  const containers = await containersOf(platform)
  return { containers: containers.length, handles: await openHandles(platform.pid) }
}

async function genericBesideNode(platform: MeasuredPlatform, image: string): Promise<Row> {
  const [container] = await containersOf(platform)
  if (!container) throw new Error('No sandbox runs')
  const generic = (await containerMemory(container)).node
  const bare = await bareContainer(image)
  return {
    what: 'memory of a fresh generic sandbox',
    figure: mb(generic),
    against: `node -e '' held open ${mb(bare)}`,
    ...once(generic / bare),
    budget: { atMost: 1.2 },
  }
}

async function bareContainer(image: string): Promise<number> {
  const container = await new Docker().createContainer({
    Image: image,
    Entrypoint: ['node'],
    Cmd: ['--max-old-space-size=1024', '-e', 'setInterval(() => {}, 1e9)'],
    HostConfig: { NetworkMode: 'none', Memory: 128 * 1024 * 1024, Init: true },
  })
  try {
    await container.start()
    await sleep(SETTLE_MS)
    return (await containerMemory(container.id)).node
  } finally {
    await container.remove({ force: true })
  }
}
