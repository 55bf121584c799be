import type { ConnectionProxy, ProxyMode } from '../connection-proxy.ts'
import { amount, BOTH, chosen, type Fault, type FaultKind } from '../fault.ts'
import type { World } from '../world.ts'

const redis = (world: World, fault: Fault) => chosen(world.nodes, fault).redis
const storage = (world: World) => world.storage
const engine = (world: World) => world.engine

const delayed = (least: number, most: number) => (fault: Fault) =>
  ({ kind: 'delay', ms: amount(least, most, fault) }) as const

/** What lies between the platform and the servers that it needs. */
export const connectionFaults: Record<string, FaultKind> = {
  'cut-redis-connections': {
    does: 'connections of one process to Redis are reset, and come back',
    follows: 'commands under way are answered 503; it connects again at once',
    topologies: BOTH,
    lengthMs: [100, 200],
    start(world, fault) {
      redis(world, fault).cut()
      return () => undefined
    },
  },
  'refuse-redis-connections': wire(redis, 'refuse', {
    does: 'one process reaches Redis no more: refused',
    follows: 'as with Redis away, for this process; others go on',
  }),
  'drop-redis-packets': wire(redis, 'hang', {
    does: 'nothing passes between one process and Redis, and nothing is reset',
    follows: 'commands end after 1.5 s; a connection that is silent for 5 s is made anew',
  }),
  'lose-redis-answers': wire(redis, 'deaf', {
    does: 'commands of one process reach Redis, answers do not come back',
    follows: 'what was written and not answered is found again by key, lease or sweep',
  }),
  'delay-redis': wire(redis, delayed(20, 300), {
    does: 'every packet between one process and Redis takes 20 to 300 ms longer',
    follows: 'it gets slower',
  }),
  'refuse-engine-connections': wire(engine, 'refuse', {
    does: 'the engine cannot be reached',
    follows: 'warm functions go on; what needs a sandbox waits, and uses up no retry',
  }),
  'hang-engine': wire(engine, 'hang', {
    does: 'the engine answers nothing',
    follows: 'each call ends at its own deadline; then as above',
  }),
  'freeze-engine-in-mid-answer': wire(engine, 'freeze', {
    does: 'answers of the engine stop after their first bytes',
    follows: 'as above: no call outlives its deadline',
  }),
  'lose-engine-answers': wire(engine, 'deaf', {
    does: 'calls reach the engine, answers do not come back',
    follows: 'containers that nobody knows of are found by their label and removed',
  }),
  'delay-engine': wire(engine, delayed(100, 800), {
    does: 'every packet between the platform and the engine takes 0.1 to 0.8 s longer',
    follows: 'cold starts get slower',
  }),
  'refuse-storage-connections': wire(storage, 'refuse', {
    does: 'the platform cannot reach the S3 server',
    follows: 'objects and what needs them are answered 503; all else goes on',
  }),
  'hang-storage': wire(storage, 'hang', {
    does: 'the S3 server answers the platform nothing',
    follows: 'as above, after 1.5 s',
  }),
}

type Mode = Exclude<ProxyMode['kind'], 'delay'> | ((fault: Fault) => ProxyMode)

function wire(
  proxyOf: (world: World, fault: Fault) => ConnectionProxy,
  mode: Mode,
  words: { does: string; follows: string },
): FaultKind {
  return {
    ...words,
    topologies: BOTH,
    lengthMs: [500, 8000],
    start(world, fault) {
      const imposed = typeof mode === 'function' ? mode(fault) : { kind: mode }
      return proxyOf(world, fault).impose(imposed)
    },
  }
}
