import { HearthError } from '../../core/errors.ts'
import type { Call } from './call.ts'
import { demandOf, type Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'

/** Bytes of all events that wait for a sandbox. */
const WAITING_BYTES_MAX = 256 * 1024 * 1024
/** How often a call whose sandbox is loading is looked at again, past its own time. */
const LOADING_MS = 1000

/** Lets invocations wait for a sandbox: bounded in number, bytes and time. */
export class WaitingRoom {
  readonly #lanes: Lanes
  readonly #queueMs: number
  #timer: NodeJS.Timeout | undefined
  #wakesAt = 0

  constructor(lanes: Lanes, queueMs: number) {
    this.#lanes = lanes
    this.#queueMs = queueMs
  }

  /** The call waits; after `queueMs` it is refused with TooManyRequests. Throws that where it may not wait at all. */
  admit(lane: Lane, call: Call): void {
    const { name } = lane.tally
    const isFull = call.request.atOnce === true && demandOf(lane.tally) >= lane.limit
    if (lane.limit === 0 || isFull) {
      throw tooMany(name, `its reservedConcurrency is ${lane.limit}`, RESERVED)
    }
    if (this.#lanes.waitingBytes + call.request.event.length > WAITING_BYTES_MAX) {
      throw tooMany(name, 'too many bytes of events wait for a sandbox')
    }
    this.#lanes.wait(lane, call)
    this.#limit(call, this.#queueMs)
  }

  /** Before all others, and for as long again: it lost its sandbox by no fault of its own. */
  admitAgain(lane: Lane, call: Call): void {
    this.#lanes.waitAgain(lane, call)
    this.#limit(call, this.#queueMs)
  }

  /** Refuses all that wait, for the last time. */
  empty(error: HearthError): void {
    clearTimeout(this.#timer)
    for (const lane of [...this.#lanes.waiting]) this.refuse(lane, error)
  }

  refuse(lane: Lane, error: HearthError): void {
    for (let call = this.#lanes.nextCall(lane); call; call = this.#lanes.nextCall(lane)) {
      call.fail(error)
    }
    this.#lanes.settle(lane)
  }

  /** One timer for all who wait: most of them do so for a moment only. */
  #limit(call: Call, ms: number): void {
    call.waitsUntil = performance.now() + ms
    this.#wakeBy(call.waitsUntil)
  }

  #wakeBy(time: number): void {
    if (this.#timer && this.#wakesAt <= time) return
    clearTimeout(this.#timer)
    this.#wakesAt = time
    this.#timer = setTimeout(() => this.#refuseLate(), Math.max(1, time - performance.now()))
  }

  #refuseLate(): void {
    this.#timer = undefined
    const now = performance.now()
    let next = Number.POSITIVE_INFINITY
    for (const lane of [...this.#lanes.waiting]) {
      for (const call of [...lane.waiting]) {
        if (call.waitsUntil <= now) this.#late(lane, call)
        if (call.waitsUntil > now) next = Math.min(next, call.waitsUntil)
      }
      this.#lanes.settle(lane)
    }
    if (next < Number.POSITIVE_INFINITY) this.#wakeBy(next)
  }

  #late(lane: Lane, call: Call): void {
    // It has its room: a sandbox loads for it, and that has a limit of its own.
    if (lane.waiting.indexOf(call) < lane.starting.size * lane.concurrency) {
      call.waitsUntil = performance.now() + LOADING_MS
    } else if (this.#lanes.giveUp(lane, call)) {
      call.fail(tooMany(lane.tally.name, `no sandbox got free within ${this.#queueMs / 1000} s`))
    }
  }
}

/** As Lambda names the reason. */
const RESERVED = 'ReservedFunctionConcurrentInvocationLimitExceeded'

function tooMany(name: string, reason: string, awsReason = ''): HearthError {
  const details = { name, reason, ...(awsReason !== '' && { awsReason }) }
  return new HearthError('TooManyRequests', details, { retryAfterSeconds: 1 })
}
