import { HearthError } from '../../core/errors.ts'
import type { Call } from './call.ts'
import type { Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'

/** Bytes of all events that wait for a sandbox. */
const WAITING_BYTES_MAX = 256 * 1024 * 1024
/** How often a call whose sandbox is loading is looked at again, past its own time. */
const LOADING_MS = 1000

/** Lets invocations wait for a sandbox: bounded in number, bytes and time. */
export class WaitingRoom {
  readonly #lanes: Lanes
  readonly #queueMs: number

  constructor(lanes: Lanes, queueMs: number) {
    this.#lanes = lanes
    this.#queueMs = queueMs
  }

  /** The call waits; after `queueMs` it is refused with TooManyRequests. Throws that where it may not wait at all. */
  admit(lane: Lane, call: Call): void {
    const { name } = lane.tally
    if (lane.limit === 0) throw tooMany(name, 'its reservedConcurrency is 0')
    if (this.#lanes.waitingBytes + call.request.event.length > WAITING_BYTES_MAX) {
      throw tooMany(name, 'too many bytes of events wait for a sandbox')
    }
    this.#lanes.wait(lane, call)
    this.#limit(lane, call, this.#queueMs)
  }

  /** Before all others, and for as long again: it lost its sandbox by no fault of its own. */
  admitAgain(lane: Lane, call: Call): void {
    this.#lanes.waitAgain(lane, call)
    this.#limit(lane, call, this.#queueMs)
  }

  /** Refuses all that wait. */
  empty(error: HearthError): void {
    for (const lane of [...this.#lanes.waiting]) this.refuse(lane, error)
  }

  refuse(lane: Lane, error: HearthError): void {
    for (let call = this.#lanes.nextCall(lane); call; call = this.#lanes.nextCall(lane)) {
      call.fail(error)
    }
    this.#lanes.settle(lane)
  }

  #limit(lane: Lane, call: Call, ms: number): void {
    call.waitTimer = setTimeout(() => {
      // It has its room: a sandbox loads for it, and that has a limit of its own.
      if (lane.waiting.indexOf(call) < lane.starting.size) {
        this.#limit(lane, call, LOADING_MS)
        return
      }
      if (!this.#lanes.giveUp(lane, call)) return
      call.fail(tooMany(lane.tally.name, `no sandbox got free within ${this.#queueMs / 1000} s`))
      this.#lanes.settle(lane)
    }, ms)
  }
}

function tooMany(name: string, reason: string): HearthError {
  return new HearthError('TooManyRequests', { name, reason }, { retryAfterSeconds: 1 })
}
