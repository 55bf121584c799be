import { type Finding, failed, ok, warning } from './check.ts'

/** Schedules and leases are by the clock of Redis, records by this one: so far apart nobody sees it. */
const SKEW_MS_OK = 1000
/** Signatures are refused where clocks are some minutes apart; leases lose their meaning before. */
const SKEW_MS_MAX = 60_000

/**
 * What to say of another clock that was `skewMs` ahead of this one (behind, where it is negative), read
 * with this uncertainty.
 */
export function clockFinding(skewMs: number, ofMs: number, whose: string): Finding {
  const sure = Math.max(0, Math.abs(skewMs) - ofMs)
  const apart = `${(Math.abs(skewMs) / 1000).toFixed(1)} s`
  if (sure <= SKEW_MS_OK) return ok(`It goes with the clock of ${whose} (${apart} apart)`)
  const found = `The clock of ${whose} is ${apart} ${skewMs > 0 ? 'ahead' : 'behind'}`
  const remedy = 'Let NTP set the clocks of all machines of the platform: timedatectl set-ntp true.'
  return sure <= SKEW_MS_MAX ? warning(found, remedy) : failed(found, remedy)
}
