import type { ErrorRow } from './error-row.ts'

/** Of the page at /console, and of browsers that are signed in to it. */
export const CONSOLE_ERRORS = {
  SignInRefused: {
    status: 401,
    blame: 'caller',
    message: 'The key is not the one of this platform',
    remedy:
      'Enter the key that HEARTH_API_KEY holds; with docker compose, "docker compose logs secrets" shows it.',
  },
  ForeignPage: {
    status: 403,
    blame: 'caller',
    message: 'Request with the cookie of the console was refused: {reason}',
    remedy: 'Use the console at /console; other programs send "Authorization: Bearer <key>".',
  },
  ConsoleMissing: {
    status: 503,
    blame: 'platform',
    message: 'The console has not been built',
    remedy: 'Run "sh setup/prepare.sh start", which says what is in the way, and start again.',
  },
} as const satisfies Record<string, ErrorRow>
