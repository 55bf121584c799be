import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { findProgram } from '../setup/command.ts'
import { wrk } from './load/wrk.ts'
import { type MeasuredPlatform, withPlatform } from './platform.ts'
import type { Row, Unmeasured } from './report/row.ts'
import { overRounds } from './statistics.ts'
import { warmFunction } from './warm.ts'

const WHAT = 'instructions per warm invocation, in thousands'
const ROUNDS = 3
const WARM_UP_SECONDS = 3
const SECONDS = 2
const EVENT = 'instructions'

/** What the platform's process executes for one call: a figure that another load of the machine does not move. */
export async function measureInstructions(): Promise<(Row | Unmeasured)[]> {
  const perf = await findProgram('perf')
  if (!perf) return [{ what: WHAT, reason: 'there is no perf (package linux-perf)' }]
  return await withPlatform({}, async (platform) => {
    const target = await warmFunction(platform)
    await wrk(target, { clients: 1, seconds: WARM_UP_SECONDS })
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const counting = count(perf, platform)
      const { answers } = await wrk(target, { clients: 1, seconds: SECONDS })
      const counted = await counting.stop()
      if (counted === undefined) return [{ what: WHAT, reason: await whyNot(counting.said()) }]
      rounds.push(counted / answers / 1000)
    }
    const figure = overRounds(rounds)
    return [
      {
        what: WHAT,
        figure: `${figure.value.toFixed(0)} k`,
        against: "perf stat on the platform's process, one client",
        ...figure,
      },
    ]
  })
}

function count(perf: string, { pid }: MeasuredPlatform) {
  const words = ['stat', '--field-separator=,', `--event=${EVENT}`, `--pid=${pid}`]
  const child = spawn(perf, words, { stdio: ['ignore', 'ignore', 'pipe'] })
  const output = text(child.stderr)
  let said = ''
  return {
    said: () => said,
    async stop(): Promise<number | undefined> {
      child.kill('SIGINT')
      if (child.exitCode === null) await once(child, 'exit')
      said = await output
      return countedIn(said)
    },
  }
}

/** The count in what `perf stat` prints: undefined where the kernel or the processor counts none. */
export function countedIn(output: string): number | undefined {
  const line = output.split('\n').find((one) => one.includes(`,${EVENT}`))
  const count = line?.split(',')[0]
  return count !== undefined && /^\d+$/.test(count) ? Number(count) : undefined
}

async function whyNot(said: string): Promise<string> {
  if (said.includes('<not supported>')) return 'this machine has no counter of instructions'
  const level = await readFile('/proc/sys/kernel/perf_event_paranoid', 'utf8').catch(() => '?')
  return `perf counts nothing here (perf_event_paranoid is ${level.trim()})`
}
