import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { amount, BOTH, type Fault, type FaultKind } from '../fault.ts'
import type { ShimControl } from '../shim.ts'
import type { World } from '../world.ts'

const SLOW_SYNC_MS = [100, 600] as const

/** The server that holds every record: killed, without power, with a bad disk. */
export const redisFaults: Record<string, FaultKind> = {
  'kill-redis': {
    does: 'SIGKILL of Redis; started again',
    follows: 'what must be stored is answered 503; results are offered until Redis takes them',
    topologies: BOTH,
    lengthMs: [200, 8000],
    start: (world) => world.redis.process.kill(),
  },
  'freeze-redis': {
    does: 'SIGSTOP of Redis',
    follows: 'commands end after 1.5 s with a 503; a keyed repeat finds what was written late',
    topologies: BOTH,
    lengthMs: [500, 8000],
    start: (world) => world.redis.process.freeze(),
  },
  'cut-power-of-redis': {
    does: 'SIGKILL of Redis, and its append-only file cut back to what was synced',
    follows: 'nothing acknowledged was unsynced, so nothing of it is lost',
    topologies: BOTH,
    lengthMs: [200, 3000],
    needs: 'shim',
    async start(world) {
      const release = await world.redis.process.kill()
      cutToSynced(world, shimOf(world))
      return release
    },
  },
  'tear-tail-of-redis': {
    does: 'SIGKILL of Redis, and half a command behind its append-only file',
    follows: 'Redis drops the torn command, which nobody was answered',
    topologies: BOTH,
    lengthMs: [200, 2000],
    async start(world) {
      const release = await world.redis.process.kill()
      for (const file of appendOnlyFiles(world)) appendFileSync(file, '*3\r\n$3\r\nSET\r\n$9\r\nto')
      return release
    },
  },
  'fill-disk-of-redis': disk('writes of the append-only file fail with ENOSPC', 'diskFull'),
  'break-disk-of-redis': disk('syncs of the append-only file fail with EIO', 'syncFails'),
  'slow-disk-of-redis': {
    does: 'each sync of the append-only file takes 0.1 to 0.6 s longer',
    follows: 'throughput falls; what does not end in time is answered 503',
    topologies: BOTH,
    lengthMs: [1000, 8000],
    needs: 'shim',
    start(world, fault) {
      shimOf(world).set('syncDelayMs', amount(...SLOW_SYNC_MS, fault))
      return () => shimOf(world).set('syncDelayMs', 0)
    },
  },
  'jump-clock-of-redis': {
    does: 'wall clock of Redis jumps by 10 to 40 s, either way, and back',
    follows: 'leases and delays end sooner or later; fences keep results single',
    topologies: BOTH,
    lengthMs: [1000, 8000],
    needs: 'shim',
    movesClock: true,
    start: (world, fault) => shimOf(world).jump(jumpMs(fault)),
  },
}

/** 10 to 40 seconds, back or forth. */
export function jumpMs(fault: Fault): number {
  const side = fault.choice < 0.5 ? -1 : 1
  return side * amount(10_000, 40_000, { ...fault, choice: (fault.choice * 2) % 1 })
}

function disk(does: string, field: 'diskFull' | 'syncFails'): FaultKind {
  return {
    does,
    follows: 'Redis ends itself, since it could not keep its word; it is started until it can',
    topologies: BOTH,
    lengthMs: [500, 4000],
    needs: 'shim',
    start(world) {
      shimOf(world).set(field, 1)
      return () => shimOf(world).set(field, 0)
    },
  }
}

function shimOf({ redis }: World): ShimControl {
  if (!redis.shim) throw new Error('This fault needs a C compiler')
  return redis.shim
}

function appendOnlyFiles({ redis }: World): string[] {
  const folder = join(redis.directory, 'appendonlydir')
  const names = readdirSync(folder).filter((name) => name.endsWith('.incr.aof'))
  return names.map((name) => join(folder, name))
}

function cutToSynced(world: World, { syncedDirectory }: ShimControl): void {
  const known = new Set(readdirSync(syncedDirectory))
  for (const file of appendOnlyFiles(world)) {
    const name = file.slice(file.lastIndexOf('/') + 1)
    if (!known.has(name)) continue
    const synced = Number(readFileSync(join(syncedDirectory, name), 'utf8'))
    if (synced < statSync(file).size) truncateSync(file, synced)
  }
}
