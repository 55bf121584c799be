import { wrk } from './load/wrk.ts'
import { atRest, type MeasuredPlatform, withPlatform } from './platform.ts'
import { containerMemory, containersOf } from './processes.ts'
import { mb, type Row } from './report/row.ts'
import { once, overRounds } from './statistics.ts'
import { warmFunction } from './warm.ts'

const CALLS = 20_000
const SECONDS_AT_ONCE = 3

/** Private memory of sandboxes, with all that runs for their containers. */
export async function measureMemory(): Promise<Row[]> {
  return await withPlatform({}, async (platform) => {
    await atRest(platform)
    const containers = await containersOf(platform)
    const fresh = overRounds(await memoryOf(containers))
    const calls = await call(platform)
    const used = Math.max(...(await memoryOf(await containersOf(platform))))
    return [
      {
        what: 'memory of a sandbox and its container, fresh, in MB',
        figure: mb(fresh.value),
        against: `private, with init and shim; ${containers.length} sandboxes`,
        ...fresh,
        budget: { atMost: 13 },
      },
      {
        what: `memory of a sandbox and its container after ${CALLS.toLocaleString('en')} calls, in MB`,
        figure: mb(used),
        against: `private, with init and shim; ${calls.toLocaleString('en')} calls, one at a time`,
        ...once(used),
        budget: { atMost: 28 },
      },
    ]
  })
}

async function memoryOf(containers: string[]): Promise<number[]> {
  return await Promise.all(containers.map(async (id) => (await containerMemory(id)).whole))
}

async function call(platform: MeasuredPlatform): Promise<number> {
  const target = await warmFunction(platform)
  let calls = 0
  while (calls < CALLS) {
    calls += (await wrk(target, { clients: 1, seconds: SECONDS_AT_ONCE })).answers
  }
  return calls
}
