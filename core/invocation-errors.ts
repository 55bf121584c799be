import type { ErrorRow } from './error-row.ts'

/** Errors of looking up, cancelling and replaying invocations; see error-table.ts. */
export const INVOCATION_ERRORS = {
  InvocationNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Invocation "{id}" is not known',
    remedy:
      'Look it up with GET /invocations: those that have ended are kept for a time, and 10,000 of a function unless RECORD_COUNT says otherwise.',
  },
  DeadLetterNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Function "{name}" has no dead letter "{id}"',
    remedy:
      'List them with GET /functions/{name}/dead-letters; they are kept for 14 days or 10,000 per function.',
  },
  EventNotKept: {
    status: 409,
    blame: 'caller',
    message: 'Invocation "{id}" cannot be replayed: {reason}',
    remedy:
      'Set "record": {"bodies": true} on the function: events of up to 64 KB are kept from then on.',
  },
  InvocationNotCancellable: {
    status: 409,
    blame: 'caller',
    message: 'Invocation "{id}" is {state}; only a queued one can be cancelled',
    remedy: 'Wait for its end; GET /invocations/{id} shows it.',
  },
} as const satisfies Record<string, ErrorRow>
