import {
  concurrencyOf,
  type FunctionDefinition,
  sandboxRevisionOf,
} from '../../core/functions/function.ts'
import type { Call, RunnableFunction } from './call.ts'
import type { FunctionRoom } from './function-room.ts'
import { type FunctionTally, Lane, needsOwn } from './lane.ts'
import { HELD_MS_MAX } from './placement.ts'
import { SHORT_MS_MAX } from './running-max.ts'
import type { Sandbox } from './sandbox.ts'

/** All function versions that the pool has to do with now; one that it has nothing of costs nothing. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>()
  readonly #tallies = new Map<string, FunctionTally>()
  /** Those with waiting invocations. */
  readonly waiting = new Set<Lane>()
  /** Bytes of the events that wait. */
  waitingBytes = 0

  /** The version's lane, made if need be. */
  of(fn: RunnableFunction): Lane {
    const key = keyOf(fn)
    const found = this.#lanes.get(key)
    if (found) {
      found.fn = fn
      this.limit(fn.definition)
      return found
    }
    const { name } = fn.definition
    const tally = this.#tallies.get(name) ?? {
      name,
      active: 0,
      held: 0,
      draining: new Set(),
      limit: 0,
      lanes: new Set(),
    }
    this.#tallies.set(name, tally)
    this.limit(fn.definition)
    const lane = new Lane(key, tally, fn)
    this.#lanes.set(key, lane)
    return lane
  }

  /** Takes over how many invocations the function may run, if the pool has to do with it now. */
  limit({ name, reservedConcurrency }: FunctionDefinition): void {
    const tally = this.#tallies.get(name)
    if (tally) tally.limit = limitOf(reservedConcurrency)
  }

  get(key: string): Lane | undefined {
    return this.#lanes.get(key)
  }

  ofSandbox(sandbox: Sandbox): Lane | undefined {
    return sandbox.fn && this.#lanes.get(keyOf(sandbox.fn))
  }

  /** The next sandboxes of its version are not to depend on how soon the engine raises a limit. */
  outgrown(sandbox: Sandbox): void {
    const lane = this.ofSandbox(sandbox)
    if (lane) lane.own = true
  }

  all(): Iterable<Lane> {
    return this.#lanes.values()
  }

  /** Whether any function is being loaded right now. */
  get isStarting(): boolean {
    for (const lane of this.#lanes.values()) if (lane.starting.size > 0) return true
    return false
  }

  /** Every version of one function. */
  named(functionName: string): Iterable<Lane> {
    return this.#tallies.get(functionName)?.lanes ?? []
  }

  /** What the function has in the pool; sandboxes of a version that was replaced run nothing more. */
  roomOf(definition: FunctionDefinition): FunctionRoom {
    const { memoryMb, reservedConcurrency } = definition
    const tally = this.#tallies.get(definition.name)
    const room: FunctionRoom = {
      idle: 0,
      busy: 0,
      besideOthers: 0,
      brieflyBusy: 0,
      waiting: 0,
      isStuck: false,
      active: tally?.active ?? 0,
      held: tally?.held ?? 0,
      concurrency: concurrencyOf(definition),
      limit: limitOf(reservedConcurrency),
      meanMs: undefined,
      leastMs: undefined,
      memoryMb,
      own: needsOwn({ definition }),
    }
    const now = performance.now()
    for (const lane of this.named(definition.name)) {
      room.waiting += lane.waiting.length
      const first = lane.waiting[0]
      if (first && now - first.enteredAt > HELD_MS_MAX) room.isStuck = true
      if (lane.retired) continue
      for (const { busySince } of lane.busy.keys()) {
        if (now - busySince <= SHORT_MS_MAX) room.brieflyBusy += 1
      }
      room.idle += lane.idle.length
      room.busy += lane.busy.size
      if (lane.concurrency > 1) {
        for (const { freePlaces } of lane.busy.keys()) room.besideOthers += freePlaces
      }
      room.meanMs = lane.times.meanMs ?? room.meanMs
      room.leastMs = lane.times.leastMs ?? room.leastMs
    }
    return room
  }

  /** Throws TooManyRequests when too many wait for this version already. */
  wait(lane: Lane, call: Call): void {
    lane.wait(call)
    this.#waits(lane, call)
  }

  /** Before all others: it had its turn, and lost it by no fault of its own. */
  waitAgain(lane: Lane, call: Call): void {
    lane.waiting.unshift(call)
    this.#waits(lane, call)
  }

  /** The call that has waited longest, which waits no more; for a sandbox, of those that it has room for. */
  nextCall(lane: Lane, sandbox?: Sandbox): Call | undefined {
    const at = sandbox ? lane.waiting.findIndex((call) => sandbox.hasRoomFor(call)) : 0
    const [next] = at < 0 ? [] : lane.waiting.splice(at, 1)
    if (next) this.#waitsNoMore(lane, next)
    return next
  }

  /** False when the call did not wait any more. */
  giveUp(lane: Lane, call: Call): boolean {
    const at = lane.waiting.indexOf(call)
    if (at < 0) return false
    lane.waiting.splice(at, 1)
    this.#waitsNoMore(lane, call)
    return true
  }

  /** Forgets the version if there is nothing of it any more. */
  settle(lane: Lane): void {
    if (!lane.isEmpty) return
    this.#lanes.delete(lane.key)
    lane.tally.lanes.delete(lane)
    if (lane.tally.lanes.size === 0) this.#tallies.delete(lane.tally.name)
  }

  #waits(lane: Lane, { request }: Call): void {
    this.waitingBytes += request.event.length
    if (request.patient) lane.patient += 1
    this.waiting.add(lane)
  }

  #waitsNoMore(lane: Lane, call: Call): void {
    this.waitingBytes -= call.request.event.length
    if (call.request.patient) lane.patient -= 1
    if (lane.waiting.length === 0) this.waiting.delete(lane)
  }
}

export function keyOf({ definition }: RunnableFunction): string {
  return `${definition.name} ${sandboxRevisionOf(definition)}`
}

function limitOf(reservedConcurrency: number | null): number {
  return reservedConcurrency ?? Number.POSITIVE_INFINITY
}
