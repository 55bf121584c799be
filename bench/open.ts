import type { Bench } from './bench.ts'
import type { OpenLoopFigures } from './load/generator.ts'
import type { Target } from './load/load.ts'
import { openLoop } from './load/open-loop.ts'
import { wrk } from './load/wrk.ts'
import { EVENT } from './peers/handler.ts'
import { withPlatform } from './platform.ts'
import { ms, perSecond, type Row } from './report/row.ts'
import { benchProgram, startPrinting } from './server-process.ts'
import { medianOf, overRounds } from './statistics.ts'
import { warmFunction } from './warm.ts'

const CLIENTS = 16
const MAXIMUM = { warmUpSeconds: 3, seconds: 2, times: 3 }
const SECONDS = 4
const WARM_UP_SECONDS = 1
const ROUNDS = { full: 3, quick: 2 }
const SHARES = [0.5, 0.7, 0.9]
/** The share at which others are measured, and the one that has a budget. */
const COMPARED = 0.7
/** Where fewer of the requests are answered in time, the server does not keep up with its rate. */
const KEEPS_UP = 0.98

interface Entrant {
  /** Undefined is us. */
  title?: string
  isPeer?: true
  target: Target
  maximum: number
  share: number
  rounds: OpenLoopFigures[]
}

/** Requests at a fixed share of each server's own maximum, measured from when they were due. */
export async function measureOpen(bench: Bench): Promise<Row[]> {
  return await withPlatform({}, async (platform) => {
    const fastify = await startPrinting(benchProgram('limits/fastify-echo.ts'))
    try {
      const target = await warmFunction(platform)
      const maximum = await maximumOf(target)
      const shares = bench.quick ? [COMPARED] : SHARES
      const ours: Entrant[] = shares.map((share) => ({ target, maximum, share, rounds: [] }))
      const echo = { url: `${fastify.url}/`, body: EVENT }
      const others = [await entrant('bare Fastify echo', echo)]
      for (const peer of (await bench.peers()).running) {
        others.push({ ...(await entrant(peer.title, peer.target)), isPeer: true })
      }
      for (let round = 0; round < ROUNDS[bench.quick ? 'quick' : 'full']; round += 1) {
        for (const one of [...ours, ...others]) one.rounds.push(await offer(one))
      }
      const compared = ours.find(({ share }) => share === COMPARED)
      return [
        ...ours.map(rowOf),
        ...(compared ? others.map((other) => besideRow(compared, other)) : []),
      ]
    } finally {
      await fastify.stop()
    }
  })
}

async function entrant(title: string, target: Target): Promise<Entrant> {
  return { title, target, maximum: await maximumOf(target), share: COMPARED, rounds: [] }
}

/** Answers a second in a closed loop. */
async function maximumOf(target: Target): Promise<number> {
  const { warmUpSeconds, seconds, times } = MAXIMUM
  await wrk(target, { clients: CLIENTS, seconds: warmUpSeconds })
  const measured: number[] = []
  for (let time = 0; time < times; time += 1) {
    measured.push((await wrk(target, { clients: CLIENTS, seconds })).perSecond)
  }
  return medianOf(measured)
}

function offer({ target, maximum, share }: Entrant): Promise<OpenLoopFigures> {
  const pace = { perSecond: maximum * share, seconds: SECONDS, warmUpSeconds: WARM_UP_SECONDS }
  return openLoop({ ...target, ...pace })
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
    ...(share === COMPARED && { budget: { atMost: 5 } }),
  }
}

function besideRow(ours: Entrant, { title, isPeer, maximum, share, rounds }: Entrant): Row {
  const p99 = medianOf(rounds.map((round) => round.p99Ms))
  const ratio = overRounds(
    rounds.map((round, index) => (ours.rounds[index]?.p99Ms ?? Number.NaN) / round.p99Ms),
  )
  return {
    what: `open loop at ${share * 100} %, p99`,
    figure: ms(medianOf(ours.rounds.map((round) => round.p99Ms))),
    against: `${title} at ${perSecond(maximum * share)} ${ms(p99)}`,
    ...ratio,
    ...(isPeer && { ahead: { atMost: 1 } }),
  }
}

const p50Of = (rounds: OpenLoopFigures[]) => medianOf(rounds.map((round) => round.p50Ms))
