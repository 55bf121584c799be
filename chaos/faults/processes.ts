import { chosen, type Fault, type FaultKind } from '../fault.ts'
import type { Role, Topology } from '../ground.ts'
import { blockEventLoop } from '../inspector.ts'
import type { PlatformNode, World } from '../world.ts'

/** Longer than the lease of a claim: its work is taken over while it stands still. */
const PAST_LEASE_MS = [33_000, 36_000] as const

/** The processes of the platform itself: killed, frozen, blocked, ended politely. */
export const processFaults: Record<string, FaultKind> = {
  'kill-platform': kill('one', 'gateway'),
  'freeze-platform': freeze('one', 'gateway', [500, 8000]),
  'block-platform': block('one', 'gateway', [500, 6000]),
  'end-platform': terminate('one', 'gateway'),
  'kill-gateway': kill('services', 'gateway'),
  'freeze-gateway': freeze('services', 'gateway', [500, 8000]),
  'block-gateway': block('services', 'gateway', [500, 6000]),
  'end-gateway': terminate('services', 'gateway'),
  'kill-scheduler': kill('services', 'scheduler'),
  'freeze-scheduler': freeze('services', 'scheduler', [500, 8000]),
  'freeze-scheduler-past-lease': freeze('services', 'scheduler', PAST_LEASE_MS),
  'block-scheduler': block('services', 'scheduler', [500, 6000]),
  'end-scheduler': terminate('services', 'scheduler'),
}

function target(world: World, role: Role, fault: Fault): PlatformNode {
  const nodes = world.nodes.filter(({ roles }) => roles.includes(role))
  return chosen(nodes, fault)
}

function nameOf(topology: Topology, role: Role): string {
  return topology === 'one' ? 'platform' : role
}

function kill(topology: Topology, role: Role): FaultKind {
  return {
    does: `SIGKILL of the ${nameOf(topology, role)}; started again`,
    follows:
      role === 'gateway' && topology === 'services'
        ? 'callers without an answer repeat with their key; what was accepted runs on'
        : 'its sandboxes end, frozen ones with its start; there it takes its claims back, and they are tried again',
    topologies: [topology],
    lengthMs: [200, 3000],
    start: (world, fault) => target(world, role, fault).process.kill(),
  }
}

function terminate(topology: Topology, role: Role): FaultKind {
  return {
    does: `SIGTERM of the ${nameOf(topology, role)} under load; started again`,
    follows: 'what runs is waited for and recorded; what waits is left for the next start',
    topologies: [topology],
    lengthMs: [200, 1000],
    start: (world, fault) => target(world, role, fault).process.terminate(),
  }
}

function freeze(topology: Topology, role: Role, lengthMs: readonly [number, number]): FaultKind {
  const isLong = lengthMs === PAST_LEASE_MS
  return {
    does: `SIGSTOP of the ${nameOf(topology, role)}${isLong ? ', for longer than a lease' : ''}`,
    follows: isLong
      ? 'another scheduler takes its claims over; its late results are refused by their fence'
      : 'callers wait or repeat; it goes on where it stood',
    topologies: [topology],
    lengthMs,
    start: (world, fault) => target(world, role, fault).process.freeze(),
  }
}

function block(topology: Topology, role: Role, lengthMs: readonly [number, number]): FaultKind {
  return {
    does: `event loop of the ${nameOf(topology, role)} blocked`,
    follows: 'as frozen; answers of handlers that came meanwhile count, although timers are late',
    topologies: [topology],
    lengthMs,
    start: (world, fault) => blockEventLoop(target(world, role, fault).process, fault.lengthMs),
  }
}
