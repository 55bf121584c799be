import { type MeasuredPlatform, request, startEcho } from './platform.ts'
import { medianOf, ms, perSecond, type Row } from './row.ts'
import { type LoadResult, type Target, wrk } from './wrk.ts'

const ROUNDS = 5
/** Long enough for the compilers of both sides to be done. */
const WARM_UP_SECONDS = 5
const SECONDS = 3
const EVENT = JSON.stringify({ n: 1 })
const SOURCE = 'export const handler = async (event) => ({ ok: true, n: event.n })'

type Figures = Omit<LoadResult, 'answers'>
interface Round {
  bare: LoadResult
  ours: LoadResult
}

/** Warm synchronous invocations beside a bare Fastify echo, A B A B, medians of the rounds. */
export async function measureWarm(platform: MeasuredPlatform): Promise<Row[]> {
  await request(`${platform.url}/functions`, 'POST', { name: 'warm', source: SOURCE })
  const echo = await startEcho()
  try {
    const ours = { url: `${platform.url}/functions/warm/invocations`, body: EVENT }
    const bare = { url: `${echo.url}/`, body: EVENT }
    const one = await alternate(bare, ours, 1)
    const many = await alternate(bare, ours, 16)
    return [
      {
        what: 'warm invocation, one client, p50',
        figure: ms(one.ours.p50Ms),
        against: `bare Fastify echo ${ms(one.bare.p50Ms)}`,
        value: one.ratio.p50Ms,
        budget: { atMost: 4 },
      },
      {
        what: 'warm invocation, one client, p99',
        figure: ms(one.ours.p99Ms),
        against: `bare Fastify echo ${ms(one.bare.p99Ms)}`,
        value: one.ratio.p99Ms,
        budget: { atMost: 10 },
      },
      {
        what: 'throughput, 16 clients',
        figure: perSecond(many.ours.perSecond),
        against: `bare Fastify echo ${perSecond(many.bare.perSecond)}`,
        value: many.ratio.perSecond,
        budget: { atLeast: 0.25 },
      },
    ]
  } finally {
    await echo.stop()
  }
}

async function alternate(bare: Target, ours: Target, clients: number) {
  for (const target of [bare, ours]) await wrk(target, { clients, seconds: WARM_UP_SECONDS })
  const rounds: Round[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({
      bare: await wrk(bare, { clients, seconds: SECONDS }),
      ours: await wrk(ours, { clients, seconds: SECONDS }),
    })
  }
  const medians = (of: (round: Round) => Figures): Figures => ({
    p50Ms: medianOf(rounds.map((round) => of(round).p50Ms)),
    p99Ms: medianOf(rounds.map((round) => of(round).p99Ms)),
    perSecond: medianOf(rounds.map((round) => of(round).perSecond)),
  })
  return {
    bare: medians((round) => round.bare),
    ours: medians((round) => round.ours),
    // Of each round on its own: the machine's speed drifts from one to the next.
    ratio: medians(({ bare, ours }) => ({
      p50Ms: ours.p50Ms / bare.p50Ms,
      p99Ms: ours.p99Ms / bare.p99Ms,
      perSecond: ours.perSecond / bare.perSecond,
    })),
  }
}
