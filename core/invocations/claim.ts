import type { KeptBodies } from '../bodies/kept-bodies.ts'
import type { Payload } from '../payloads/payload.ts'
import type { FunctionError } from '../protocol.ts'
import type { Attempt, Cause } from './invocation.ts'
import type { Timings } from './timings.ts'

/** Counts of what went wrong with an invocation before; what the retry decision goes by. */
export interface Tries {
  functionErrors: number
  platformFaults: number
  /** Age of the event when this was read. */
  ageMs: number
}

/** The right to try one invocation once; void as soon as somebody else has claimed it. */
export interface Claim extends Tries {
  id: string
  /** As a target: `name` or `name:qualifier`. */
  functionName: string
  /** Grows with every claim of the invocation; the first attempt is 1. */
  fence: number
  nodeId: string
}

/** A claim with all that a scheduler needs to run it. */
export interface FreshClaim extends Claim {
  event: Payload
  cause: Cause
}

/** A standing claim as the sweep sees it. */
export interface StandingClaim extends Claim {
  bootId: string
  /** Since the claim was made. */
  runsMs: number
  /** Whether its lease has run out. */
  lapsed: boolean
}

/** How an attempt ended and what follows from it. */
export interface Completion {
  outcome: NonNullable<Attempt['outcome']>
  next: { state: 'queued'; delayMs: number } | { state: 'succeeded' | 'failed' | 'expired' }
  /** The handler's JSON; a large one as `ClaimStore.keepResult` has put it. */
  result?: Payload
  error?: FunctionError
  executedVersion?: string
  /** Of its event, behind a final state, where the function wants it kept. */
  kept?: KeptBodies
  timings?: Timings
  /** What its process used at most. */
  maxMemoryMb?: number
  /** Only if the lease has run out: the claim is not the caller's own. */
  ifLapsed?: boolean
}

/** A turn that the caller must now give: the flag is set already where there is a token. */
export interface TurnToGive {
  functionName: string
  token?: string
  delayMs?: number
}

export interface ClaimedBatch {
  claims: FreshClaim[]
  /** Whether more wait; if not, the turn is over. */
  left: boolean
  give?: TurnToGive
}

/** A function with something to claim. `turn` is its flag, '' where nobody has it. */
export interface Backlog {
  functionName: string
  turn: string
  turnLeftMs: number
}

/** What became of an attempt's end. */
export interface Completed {
  /** The claim was lost before, and nothing has changed. */
  refused: boolean
  give?: TurnToGive
  /** The invocation is final, and its end is to be reported: it waits in the outbox. */
  handedOver?: boolean
}
