import { overRounds, type Spread } from '../statistics.ts'
import type { Figures, Load } from './load.ts'

/** Long enough for the compilers of all sides to be done. */
const WARM_UP_SECONDS = { full: 3, quick: 2 }
const SECONDS = { full: 2, quick: 1 }
const ROUNDS = { full: 5, quick: 3 }

/** Something that is loaded in turns with others. */
export type Contestant = (load: Load) => Promise<Figures>

export interface Turns<Name extends string> {
  /** The medians of one contestant. */
  of(name: Name): Figures
  /** One figure of a contestant through that of another, each round on its own: the machine's speed drifts. */
  ratio(figure: keyof Figures, ours: Name, theirs: Name): Spread
}

/** Loads servers in turns, A B A B. */
export async function alternate<Name extends string>(
  contestants: Record<Name, Contestant>,
  { clients, quick }: { clients: number; quick: boolean },
): Promise<Turns<Name>> {
  const extent = quick ? 'quick' : 'full'
  const names = Object.keys(contestants) as Name[]
  for (const name of names) await contestants[name]({ clients, seconds: WARM_UP_SECONDS[extent] })
  const rounds: Record<Name, Figures>[] = []
  for (let round = 0; round < ROUNDS[extent]; round += 1) {
    const figures: Partial<Record<Name, Figures>> = {}
    for (const name of names) {
      figures[name] = await contestants[name]({ clients, seconds: SECONDS[extent] })
    }
    rounds.push(figures as Record<Name, Figures>)
  }
  const median = (name: Name, figure: keyof Figures) =>
    overRounds(rounds.map((round) => round[name][figure])).value
  return {
    of: (name) => ({
      p50Ms: median(name, 'p50Ms'),
      p99Ms: median(name, 'p99Ms'),
      perSecond: median(name, 'perSecond'),
    }),
    ratio: (figure, ours, theirs) =>
      overRounds(rounds.map((round) => round[ours][figure] / round[theirs][figure])),
  }
}
