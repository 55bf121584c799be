import { setTimeout as sleep } from 'node:timers/promises'
import type { ClaimStore } from '../../core/claim-store.ts'
import { HearthError } from '../../core/errors.ts'
import type { InvocationStore } from '../../core/invocation-store.ts'
import type { Logger } from '../../core/logger.ts'
import type { TurnQueue } from '../../core/turn-queue.ts'
import { RoomSignal, within } from './room-signal.ts'
import type { RunningClaims } from './running-claims.ts'

export interface TurnsParts {
  claims: ClaimStore
  turns: TurnQueue
  running: RunningClaims
  /** How many more invocations of the function could start now. Throws FunctionNotFound. */
  room(functionName: string): number | Promise<number>
  /** Calls back when something got free; returns what ends that. */
  onRoom(listener: () => void): () => void
  invocations: Pick<InvocationStore, 'failAll'>
  log: Logger
}

interface Turn {
  functionName: string
  token: string
}

/** Ended: nothing is left, or the turn is somebody else's. Open: more waits, and was not claimed. */
type Step = 'ended' | 'open'

/** A turn is kept so long while events wait; then it goes behind the turns of all others. */
const TURN_MS = 1000
/** Claims asked for in one call. */
const BATCH_MAX = 64
/** Turns that wait for room in this process; past it a turn goes straight back. */
const WAITING_MAX = 1000
/** A function that got no room at all in its turn is looked at again so much later. */
const NO_ROOM_DELAY_MS = 1000
const AGAIN_AFTER_FAULT_MS = 250
/** Redis may be away so long before a turn is given up; the sweep gives a new one. */
const FAULT_MS_MAX = 30_000

/**
 * Works off the turns of functions: claims no more than there is room for, never waits for an
 * event that runs, and hands the turn on while work is left.
 */
export class Turns {
  readonly #parts: TurnsParts
  readonly #room = new RoomSignal()
  readonly #waiting = new Set<Promise<void>>()
  readonly #unsubscribe: () => void
  /** Claims that are being asked for: room that is as good as taken. */
  #asked = 0
  #closing = false

  constructor(parts: TurnsParts) {
    this.#parts = parts
    this.#unsubscribe = parts.onRoom(() => this.#room.notify())
    parts.running.onAnswered(() => this.#room.notify())
  }

  /**
   * Takes a turn. Resolves when it has ended or waits for room: then it goes on by itself and
   * holds up no other.
   */
  async take(functionName: string, token: string): Promise<void> {
    const turn = { functionName, token }
    if ((await this.#step(turn)) === 'ended') return
    if (this.#closing || this.#waiting.size >= WAITING_MAX) {
      await this.#handBack(turn, NO_ROOM_DELAY_MS)
      return
    }
    const rest = this.#goOn(turn)
      .catch((error: unknown) => {
        this.#parts.log.error({ functionName, error }, 'Turn failed; the sweep gives a new one')
      })
      .finally(() => this.#waiting.delete(rest))
    this.#waiting.add(rest)
  }

  /** Hands back every turn in hand. Claims that run are not touched. */
  async close(): Promise<void> {
    this.#closing = true
    this.#unsubscribe()
    this.#room.notify()
    await Promise.all(this.#waiting)
  }

  async #goOn(turn: Turn): Promise<void> {
    const ends = performance.now() + TURN_MS
    let progress = this.#parts.running.runsAny(turn.functionName)
    while (!this.#closing) {
      const left = ends - performance.now()
      if (left <= 0) break
      const notice = this.#room.next()
      if (!(await this.#mayClaim(turn.functionName))) {
        await within(left, notice)
        continue
      }
      if ((await this.#step(turn)) === 'ended') return
      progress = true
    }
    await this.#handBack(turn, progress ? 0 : NO_ROOM_DELAY_MS)
  }

  /** One look: claims what there is room for and starts it. Goes on when Redis was away. */
  async #step(turn: Turn): Promise<Step> {
    const started = performance.now()
    for (;;) {
      try {
        return await this.#claim(turn)
      } catch (error) {
        if (isCode(error, 'FunctionNotFound')) {
          await this.#failAll(turn.functionName)
          return 'ended'
        }
        const away = isCode(error, 'RedisUnavailable')
        if (!away || this.#closing || performance.now() - started > FAULT_MS_MAX) throw error
        await sleep(AGAIN_AFTER_FAULT_MS)
      }
    }
  }

  async #claim(turn: Turn): Promise<Step> {
    const room = this.#closing ? 0 : await this.#parts.room(turn.functionName)
    // No await from here to the sum: two turns must not count on the same room.
    const n = Math.max(0, Math.min(room - this.#asked, BATCH_MAX))
    this.#asked += n
    let batch: Awaited<ReturnType<ClaimStore['claim']>>
    try {
      batch = await this.#parts.claims.claim(turn, n)
    } finally {
      this.#asked -= n
    }
    if (!batch) return 'ended'
    for (const claim of batch.claims) this.#parts.running.start(claim)
    if (batch.give) this.#parts.turns.hint(batch.give.functionName, batch.give)
    if (batch.claims.length < n) this.#room.notify()
    return batch.left ? 'open' : 'ended'
  }

  async #mayClaim(functionName: string): Promise<boolean> {
    try {
      return (await this.#parts.room(functionName)) > this.#asked
    } catch {
      // The next step meets the same error and knows what to do about it.
      return true
    }
  }

  async #handBack(turn: Turn, delayMs: number): Promise<void> {
    const give = await this.#parts.claims.handBack(turn)
    if (give) this.#parts.turns.hint(give.functionName, { ...give, delayMs })
  }

  async #failAll(functionName: string): Promise<void> {
    await this.#parts.invocations.failAll(functionName, {
      errorType: 'FunctionNotFound',
      errorMessage: `Function "${functionName}" was deleted before this event could run`,
    })
  }
}

function isCode(error: unknown, code: HearthError['code']): boolean {
  return error instanceof HearthError && error.code === code
}
