import type { Bench } from './bench.ts'
import type { OpenLoopFigures } from './load/generator.ts'
import type { Target } from './load/load.ts'
import { openLoop } from './load/open-loop.ts'
import { wrk } from './load/wrk.ts'
import { EVENT } from './peers/handler.ts'
import { withPlatform } from './platform.ts'
import { ms, perSecond, type Row, type Unmeasured } from './report/row.ts'
import { benchProgram, startPrinting } from './server-process.ts'
import { medianOf, overRounds } from './statistics.ts'
import { warmFunction } from './warm.ts'

const CLIENTS = 16
const MAXIMUM = {
  full: { warmUpSeconds: 3, seconds: 2, times: 3 },
  quick: { warmUpSeconds: 2, seconds: 1, times: 3 },
}
const SECONDS = 3
const WARM_UP_SECONDS = 1
const ROUNDS = { full: 3, quick: 2 }
const SHARES = [0.5, 0.7, 0.9]
/** The share at which others are measured, and the one that has a budget. */
const COMPARED = 0.7
/** Where fewer of the requests are answered in time, the server does not keep up with its rate. */
const KEEPS_UP = 0.98
/** One that cannot keep up with its rate ends here, whatever the machine does. */
const COLLAPSED_MS = 1000

interface Entrant {
  target: Target
  /** Of its maximum. */
  share: number
  /** Answers a second in a closed loop. */
  maximum: number
  rounds: OpenLoopFigures[]
}

/** One that ours is held against. */
interface Other extends Entrant {
  title: string
  isPeer: boolean
  /** Why it has no figures. */
  failure?: string
}

/** Requests at a fixed share of each server's own maximum, measured from when they were due. */
export async function measureOpen(bench: Bench): Promise<(Row | Unmeasured)[]> {
  const extent = bench.quick ? 'quick' : 'full'
  return await withPlatform({}, async (platform) => {
    await using limits = new AsyncDisposableStack()
    const target = await warmFunction(platform)
    const maximum = await maximumOf(target, extent)
    const shares = bench.quick ? [COMPARED] : SHARES
    const ours: Entrant[] = shares.map((share) => ({ target, maximum, share, rounds: [] }))
    const others = (await bench.peers()).running.map((peer) => other(peer, true))
    if (!bench.quick) others.unshift(other(await startEcho(limits), false))
    for (const one of others) {
      await tried(one, async () => {
        one.maximum = await maximumOf(one.target, extent)
      })
    }
    for (let round = 0; round < ROUNDS[extent]; round += 1) {
      for (const one of ours) await offer(one)
      for (const one of others) await tried(one, () => offer(one))
    }
    const compared = ours.find(({ share }) => share === COMPARED)
    return [
      ...ours.map(rowOf),
      ...(compared ? others.map((other) => besideRow(compared, other)) : []),
    ]
  })
}

function other({ title, target }: { title: string; target: Target }, isPeer: boolean): Other {
  return { title, target, isPeer, share: COMPARED, maximum: Number.NaN, rounds: [] }
}

async function startEcho(started: AsyncDisposableStack) {
  const fastify = await startPrinting(benchProgram('limits/fastify-echo.ts'))
  started.defer(() => fastify.stop())
  return { title: 'bare Fastify echo', target: { url: `${fastify.url}/`, body: EVENT } }
}

/** One that fails under load loses its own row alone. */
async function tried(one: Other, load: () => Promise<void>): Promise<void> {
  if (one.failure !== undefined) return
  await load().catch((error: Error) => {
    one.failure = error.message
  })
}

async function maximumOf(target: Target, extent: 'full' | 'quick'): Promise<number> {
  const { warmUpSeconds, seconds, times } = MAXIMUM[extent]
  await wrk(target, { clients: CLIENTS, seconds: warmUpSeconds })
  const measured: number[] = []
  for (let time = 0; time < times; time += 1) {
    measured.push((await wrk(target, { clients: CLIENTS, seconds })).perSecond)
  }
  return medianOf(measured)
}

async function offer({ target, maximum, share, rounds }: Entrant): Promise<void> {
  const pace = { perSecond: maximum * share, seconds: SECONDS, warmUpSeconds: WARM_UP_SECONDS }
  rounds.push(await openLoop({ ...target, ...pace }))
}

function rowOf({ maximum, share, rounds }: Entrant): Row {
  const rate = maximum * share
  const reached = medianOf(rounds.map((round) => round.perSecond))
  const behind = reached < rate * KEEPS_UP ? `, of which ${perSecond(reached)} were answered` : ''
  const p99 = overRounds(rounds.map((round) => round.p99Ms))
  return {
    what: `open loop at ${share * 100} % of the own maximum, p99 in ms`,
    figure: ms(p99.value),
    against: `${perSecond(rate)} were due${behind}; p50 ${ms(p50Of(rounds))}`,
    ...p99,
    ...(share === COMPARED && { budget: { atMost: 5 }, gross: { atMost: COLLAPSED_MS } }),
  }
}

function besideRow(
  ours: Entrant,
  { title, isPeer, maximum, share, rounds, failure }: Other,
): Row | Unmeasured {
  const what = `open loop at ${share * 100} %, p99`
  if (failure !== undefined) return { what: `${what}, beside ${title}`, reason: failure }
  const p99 = medianOf(rounds.map((round) => round.p99Ms))
  const ratio = overRounds(
    rounds.map((round, index) => (ours.rounds[index]?.p99Ms ?? Number.NaN) / round.p99Ms),
  )
  return {
    what,
    figure: ms(medianOf(ours.rounds.map((round) => round.p99Ms))),
    against: `${title} at ${perSecond(maximum * share)} ${ms(p99)}`,
    ...ratio,
    ...(isPeer && { ahead: { atMost: 1 } }),
  }
}

const p50Of = (rounds: OpenLoopFigures[]) => medianOf(rounds.map((round) => round.p50Ms))
