import type { ErrorRow } from './error-row.ts'

/** What comes of looking after sandboxes by hand. */
export const SANDBOX_ERRORS = {
  SandboxNotFound: {
    status: 404,
    blame: 'caller',
    message: 'There is no sandbox "{id}"',
    remedy: 'List those that there are with GET /sandboxes; one that has ended is not kept.',
  },
  SandboxEnded: {
    status: 503,
    blame: 'platform',
    message: 'Sandbox "{id}" was ended by hand while it ran this invocation',
    remedy: 'Try again; an asynchronous invocation is tried again by itself.',
  },
} as const satisfies Record<string, ErrorRow>
