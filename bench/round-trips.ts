import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { countSystemCalls, type SystemCalls } from './load/system-calls.ts'
import { wrk } from './load/wrk.ts'
import { withPlatform } from './platform.ts'
import type { Row, Unmeasured } from './report/row.ts'
import { once } from './statistics.ts'
import { warmFunction } from './warm.ts'

const WHAT = 'round trips of a warm call to Redis, disk and engine'
const SECONDS = 5
/** To the sandbox, and to the caller. */
const SENT_PER_CALL = 2

/** Counted in the kernel: what the platform sends and opens during calls, beyond the same time at rest. */
export async function measureRoundTrips(_bench: Bench): Promise<(Row | Unmeasured)[]> {
  return await withPlatform({}, async ({ pid, ...platform }) => {
    const target = await warmFunction({ pid, ...platform })
    const call = async () => (await wrk(target, { clients: 1, seconds: SECONDS })).answers
    await call()
    const rest = await countSystemCalls(pid, () => sleep(SECONDS * 1000))
    const load = await countSystemCalls(pid, call)
    if (!rest || !load) return [{ what: WHAT, reason: 'there is no strace (package strace)' }]
    const { result: calls, counted } = load
    const beyond = sum(counted) - SENT_PER_CALL * calls
    return [
      {
        what: WHAT,
        figure: `${(Math.max(0, beyond - sum(rest.counted)) / calls).toFixed(3)}`,
        against: `${beyond} writes and files in ${calls.toLocaleString('en')} calls, ${sum(rest.counted)} in the same time at rest`,
        ...once((beyond - sum(rest.counted)) / calls),
        // What is written once a second, whether there are calls or not, comes and goes.
        budget: { atMost: 0.01 },
      },
    ]
  })
}

const sum = ({ sent, opened }: SystemCalls) => sent + opened
