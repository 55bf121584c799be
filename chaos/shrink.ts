import { loadMs, type Schedule } from './nemesis.ts'

/**
 * A schedule that still fails with as few faults as can be found: each is left out in turn, and stays
 * out where the rest fails without it. `fails` runs a schedule; it is called once a fault at most twice.
 */
export async function shrink(
  schedule: Schedule,
  fails: (candidate: Schedule) => Promise<boolean>,
): Promise<Schedule> {
  let smallest = schedule
  for (const fault of schedule.faults) {
    const faults = smallest.faults.filter((one) => one !== fault)
    const candidate = { ...smallest, faults, loadMs: loadMs(faults, 0) }
    if (await fails(candidate)) smallest = candidate
  }
  return smallest
}
