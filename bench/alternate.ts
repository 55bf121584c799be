import { medianOf } from './row.ts'
import { type LoadResult, type Target, wrk } from './wrk.ts'

const ROUNDS = 5
/** Long enough for the compilers of both sides to be done. */
const WARM_UP_SECONDS = 5
const SECONDS = 3

type Figures = Omit<LoadResult, 'answers'>
interface Round {
  bare: LoadResult
  ours: LoadResult
}

/** Loads two servers in turns, A B A B, and gives the medians of the rounds. */
export async function alternate(
  { bare, ours }: { bare: Target; ours: Target },
  clients: number,
): Promise<Record<'bare' | 'ours' | 'ratio', Figures>> {
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
