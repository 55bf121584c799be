import { readdirSync, readFileSync } from 'node:fs'
import { BOTH, chosen, type FaultKind } from '../fault.ts'
import { jumpMs } from './redis.ts'

/** What the processes stand on. */
export const machineFaults: Record<string, FaultKind> = {
  'jump-clock-of-platform': {
    does: 'wall clock of one process of the platform jumps by 10 to 40 s, either way, and back',
    follows: 'times in its log are wrong; leases and delays go by Redis’s clock and monotonic ones',
    topologies: BOTH,
    lengthMs: [1000, 8000],
    needs: 'shim',
    movesClock: true,
    start(world, fault) {
      const { shim } = chosen(world.nodes, { ...fault, choice: (fault.choice * 7) % 1 })
      if (!shim) throw new Error('This fault needs a C compiler')
      return shim.jump(jumpMs(fault))
    },
  },
  'freeze-engine': {
    does: 'SIGSTOP of the container engine itself (--shared)',
    follows: 'as with an engine that answers nothing',
    topologies: BOTH,
    lengthMs: [1000, 6000],
    needs: 'shared',
    start() {
      const pids = pidsOf('dockerd')
      for (const pid of pids) process.kill(pid, 'SIGSTOP')
      return () => {
        for (const pid of pids) process.kill(pid, 'SIGCONT')
      }
    },
  },
}

function pidsOf(name: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => commandName(pid) === name)
}

function commandName(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return undefined // It has ended meanwhile.
  }
}
