import { measureAsynchronous } from './asynchronous.ts'
import type { Bench } from './bench.ts'
import { measureBurst } from './burst.ts'
import { measureCold } from './cold.ts'
import { measureDeploy } from './deploy.ts'
import { measureFrozen } from './frozen.ts'
import { measureHostile } from './hostile.ts'
import { measureIdle } from './idle.ts'
import { measureInstructions } from './instructions.ts'
import { measureLambda } from './lambda.ts'
import { measureMany } from './many.ts'
import { measureMemory } from './memory.ts'
import { measureObjects } from './objects.ts'
import { measureOpen } from './open.ts'
import { measurePackages } from './packages.ts'
import { measureRecords } from './records.ts'
import type { Row, Unmeasured } from './report/row.ts'
import { measureRoundTrips } from './round-trips.ts'
import { measureShared } from './shared.ts'
import { measureTails } from './tails.ts'
import { measureWarm } from './warm.ts'

interface Topic {
  measure(bench: Bench): Promise<(Row | Unmeasured)[]>
  /** `quick` is part of both; what is `on demand` takes long and stands alone: it is measured where it is named. */
  extent: 'quick' | 'full' | 'on demand'
}

/** Everything that is measured, in its order: each topic on a platform of its own, with fresh data. */
export const TOPICS: Record<string, Topic> = {
  idle: { measure: measureIdle, extent: 'full' },
  memory: { measure: measureMemory, extent: 'full' },
  cold: { measure: measureCold, extent: 'quick' },
  frozen: { measure: measureFrozen, extent: 'full' },
  burst: { measure: measureBurst, extent: 'full' },
  packages: { measure: measurePackages, extent: 'full' },
  deploy: { measure: measureDeploy, extent: 'quick' },
  warm: { measure: measureWarm, extent: 'quick' },
  shared: { measure: measureShared, extent: 'full' },
  open: { measure: measureOpen, extent: 'quick' },
  instructions: { measure: measureInstructions, extent: 'full' },
  'round-trips': { measure: measureRoundTrips, extent: 'full' },
  lambda: { measure: measureLambda, extent: 'full' },
  asynchronous: { measure: measureAsynchronous, extent: 'quick' },
  objects: { measure: measureObjects, extent: 'quick' },
  tails: { measure: measureTails, extent: 'full' },
  many: { measure: measureMany, extent: 'full' },
  records: { measure: measureRecords, extent: 'on demand' },
  hostile: { measure: measureHostile, extent: 'on demand' },
}

/** Whether a topic is part of the run: those that are named, or all of its extent. */
export function isWanted(
  name: string,
  { topics, quick }: { topics: string[]; quick: boolean },
): boolean {
  if (topics.length > 0) return topics.includes(name)
  const extent = TOPICS[name]?.extent
  return extent === 'quick' || (extent === 'full' && !quick)
}
