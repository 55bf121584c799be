import { setTimeout as sleep } from 'node:timers/promises'
import { HearthError } from '../../core/errors.ts'
import type { ClaimStore } from '../../core/invocations/claim-store.ts'
import type { InvocationStore } from '../../core/invocations/invocation-store.ts'
import type { TurnQueue } from '../../core/invocations/turn-queue.ts'
import type { Logger } from '../../core/logs/logger.ts'
import type { RunningClaims } from './running-claims.ts'

export interface TurnsParts {
  claims: ClaimStore
  turns: TurnQueue
  running: RunningClaims
  /** How many more invocations of the function could start now, or nearly. Throws FunctionNotFound. */
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

/** A turn in hand whose function has more events than there was room for. */
interface WaitingTurn extends Turn {
  /** By the monotonic clock: when it goes back into the queue. */
  endsAt: number
  /** Whether anything of the function was claimed or runs. */
  progress: boolean
  timer?: NodeJS.Timeout
  /** Why there is no room was logged. */
  isTold?: boolean
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
 * event that runs, and hands the turn on while work is left. Turns that wait for room stand in
 * line: whoever has claimed goes to its end.
 */
export class Turns {
  readonly #parts: TurnsParts
  readonly #line: WaitingTurn[] = []
  readonly #claiming = new Set<Promise<void>>()
  readonly #unsubscribe: () => void
  /** Claims that are being asked for: room that is as good as taken. */
  #asked = 0
  #isNoticed = false
  #serving: Promise<void> | undefined
  #closing = false

  constructor(parts: TurnsParts) {
    this.#parts = parts
    this.#unsubscribe = parts.onRoom(() => this.#notice())
    parts.running.onAnswered(() => this.#notice())
  }

  /**
   * Takes a turn. Resolves when it has ended or stands in line: then it goes on by itself and
   * holds up no other.
   */
  async take(functionName: string, token: string): Promise<void> {
    const endsAt = performance.now() + TURN_MS
    const turn: WaitingTurn = { functionName, token, endsAt, progress: false }
    const room = this.#closing ? 0 : await this.#roomOf(turn)
    if (room === undefined) return
    const n = this.#ask(room)
    if ((await this.#step(turn, n)) === 'ended') return
    turn.progress = n > 0 || this.#parts.running.runsAny(functionName)
    if (this.#closing || this.#line.length >= WAITING_MAX) {
      await this.#handBack(turn, NO_ROOM_DELAY_MS)
      return
    }
    this.#enter(turn)
  }

  /** The function has changed, its concurrency perhaps: its events need not wait out a delay. */
  async hurry(functionName: string): Promise<void> {
    const give = await this.#parts.claims.hurryTurn(functionName)
    if (give) this.#parts.turns.hint(functionName, give)
    this.#notice()
  }

  /** Hands back every turn in hand. Claims that run are not touched. */
  async close(): Promise<void> {
    this.#closing = true
    this.#unsubscribe()
    await this.#serving
    while (this.#line.length > 0) {
      const turn = this.#line[0] as WaitingTurn
      this.#leave(turn)
      this.#keep(this.#handBack(turn, 0))
    }
    await Promise.all(this.#claiming)
  }

  /** Something got free; several notices in one go are one. */
  #notice(): void {
    if (this.#isNoticed || this.#line.length === 0) return
    this.#isNoticed = true
    setImmediate(() => {
      const serving = this.#serving ?? Promise.resolve()
      // What gets free from here on may be too late for this look: it is looked for again.
      this.#isNoticed = false
      this.#serving = serving.then(() => this.#serve())
    })
  }

  /** Lets those in line claim what there is room for, whoever stands longest first. */
  async #serve(): Promise<void> {
    for (const turn of [...this.#line]) {
      const room = await this.#roomOf(turn)
      if (this.#closing) return
      // No await from here to the sum: two turns must not count on the same room.
      if (room === undefined) this.#leave(turn)
      else if (room > this.#asked && this.#leave(turn)) {
        this.#keep(this.#goOn(turn, this.#ask(room)))
      }
    }
  }

  async #goOn(turn: WaitingTurn, n: number): Promise<void> {
    if ((await this.#step(turn, n)) === 'ended') return
    turn.progress = true
    if (this.#closing || performance.now() >= turn.endsAt) await this.#handBack(turn, 0)
    else this.#enter(turn)
  }

  #enter(turn: WaitingTurn): void {
    this.#line.push(turn)
    turn.timer = setTimeout(() => {
      if (!this.#leave(turn)) return
      this.#keep(this.#handBack(turn, turn.progress ? 0 : NO_ROOM_DELAY_MS))
    }, turn.endsAt - performance.now())
    // Something may have got free before it stood here.
    this.#notice()
  }

  /** False when it did not stand in line any more. */
  #leave(turn: WaitingTurn): boolean {
    const at = this.#line.indexOf(turn)
    if (at < 0) return false
    clearTimeout(turn.timer)
    this.#line.splice(at, 1)
    return true
  }

  #keep(work: Promise<void>): void {
    const kept = work
      .catch((error: unknown) => {
        this.#parts.log.error({ error }, 'Turn failed; the sweep gives a new one')
      })
      .finally(() => this.#claiming.delete(kept))
    this.#claiming.add(kept)
  }

  /** Reserves as much of the room as one call may claim. */
  #ask(room: number): number {
    const n = Math.max(0, Math.min(room - this.#asked, BATCH_MAX))
    this.#asked += n
    return n
  }

  /** One look: claims `n`, which were asked for, and starts them. Goes on when Redis was away. */
  async #step(turn: Turn, n: number): Promise<Step> {
    const started = performance.now()
    try {
      for (;;) {
        try {
          return await this.#claim(turn, n)
        } catch (error) {
          const away = isCode(error, 'RedisUnavailable')
          if (!away || this.#closing || performance.now() - started > FAULT_MS_MAX) throw error
          await sleep(AGAIN_AFTER_FAULT_MS)
        }
      }
    } finally {
      this.#asked -= n
      this.#notice()
    }
  }

  async #claim(turn: Turn, n: number): Promise<Step> {
    const batch = await this.#parts.claims.claim(turn, n)
    if (!batch) return 'ended'
    for (const claim of batch.claims) this.#parts.running.start(claim)
    if (batch.give) this.#parts.turns.hint(batch.give.functionName, batch.give)
    return batch.left ? 'open' : 'ended'
  }

  /** Undefined where the function is gone: its events are being ended, and the turn with them. */
  async #roomOf(turn: WaitingTurn): Promise<number | undefined> {
    const { functionName } = turn
    try {
      const room = await this.#parts.room(functionName)
      return room - this.#parts.running.loading
    } catch (error) {
      if (!isCode(error, 'FunctionNotFound')) {
        if (!turn.isTold)
          this.#parts.log.warn({ functionName, error }, 'Events wait: no room is known')
        turn.isTold = true
        return 0
      }
      this.#keep(this.#failAll(functionName))
      return undefined
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
