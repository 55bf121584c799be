/** What the ledger keeps: one line each. `at` is milliseconds since 1970 by the ledger's own clock. */
export type LedgerEntry = { at: number } & (
  | Intent
  | Acknowledgement
  | Run
  | CancelAnswer
  | Delivery
)

/** A client means to send this event. Each has a token of its own. */
export interface Intent {
  kind: 'intent'
  token: string
  functionName: string
  /** Objects: bucket key. Of several intents of one key, the last acknowledged one counts. */
  key?: string
}

/** The platform has taken it: 202 with the invocation's id, or 2xx of an object, which has none. */
export interface Acknowledgement {
  kind: 'ack'
  token: string
  id?: string
}

/** A handler has begun to run with this event. */
export interface Run {
  kind: 'run'
  token: string
  /** The request id that the handler was given. */
  id: string
  /** Drawn by the handler: tells one run from another. */
  run: string
  functionName: string
}

/** What a cancellation was answered. */
export interface CancelAnswer {
  kind: 'cancel'
  token: string
  id: string
  status: number
}

/** A destination got a message about the invocation with this id. */
export interface Delivery {
  kind: 'delivery'
  id: string
  message: string
}

export type NewEntry = Intent | Acknowledgement | Run | CancelAnswer | Delivery
