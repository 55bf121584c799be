import type { Peers } from './peers/running.ts'

/** What a run gives to each of its topics. */
export interface Bench {
  /** Fewer rounds, the main rows alone, and no peers but those that were named. */
  quick: boolean
  /** The sandbox image, for plain containers beside the platform's. */
  image: string
  /** Started when they are first asked for. */
  peers(): Promise<Peers>
}
