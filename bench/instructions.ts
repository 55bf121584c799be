import type { Bench } from './bench.ts'
import { Callgrind } from './load/callgrind.ts'
import type { Target } from './load/load.ts'
import { wrk } from './load/wrk.ts'
import { EVENT } from './peers/handler.ts'
import { startMeasured } from './platform.ts'
import type { Row, Unmeasured } from './report/row.ts'
import { benchProgram, startPrinting } from './server-process.ts'
import { over, overRounds, type Spread } from './statistics.ts'
import { warmFunction } from './warm.ts'

const WHAT = 'instructions per warm invocation'
const ROUNDS = 3
/** At a few hundred requests a second, until V8 has compiled what is called often. */
const WARM_UP_SECONDS = 10
const SECONDS = 3
const THOUSAND = 1000

/** What the platform's process executes for one call: a figure that another load of the machine does not move. */
export async function measureInstructions(_bench: Bench): Promise<(Row | Unmeasured)[]> {
  await using callgrind = await Callgrind.open()
  if (!callgrind) return [{ what: WHAT, reason: 'there is no callgrind (package valgrind)' }]
  const ours = await ofPlatform(callgrind)
  const echo = await ofFastify(callgrind)
  return [
    {
      what: WHAT,
      figure: `${(ours.value / THOUSAND).toFixed(0)} k`,
      against: `bare Fastify echo ${(echo.value / THOUSAND).toFixed(0)} k, by callgrind, one client, without the kernel's`,
      ...over(ours, echo.value),
    },
  ]
}

async function ofPlatform(callgrind: Callgrind): Promise<Spread> {
  const platform = await startMeasured({}, callgrind.words)
  try {
    return await countCalls(callgrind, platform.pid, await warmFunction(platform))
  } finally {
    await platform.stop()
  }
}

async function ofFastify(callgrind: Callgrind): Promise<Spread> {
  const { command } = benchProgram('limits/fastify-echo.ts')
  const server = await startPrinting({ command: [...callgrind.words, ...command] })
  try {
    return await countCalls(callgrind, server.pid, { url: `${server.url}/`, body: EVENT })
  } finally {
    await server.stop()
  }
}

async function countCalls(callgrind: Callgrind, pid: number, target: Target): Promise<Spread> {
  await wrk(target, { clients: 1, seconds: WARM_UP_SECONDS })
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const load = async () => (await wrk(target, { clients: 1, seconds: SECONDS })).answers
    rounds.push(await callgrind.count(pid, load))
  }
  return overRounds(rounds)
}
