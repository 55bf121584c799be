import type { ErrorRow } from './error-row.ts'

/** What goes wrong with the secrets of functions. */
export const SECRET_ERRORS = {
  SecretNotFound: {
    status: 404,
    blame: 'caller',
    message: 'Function "{functionName}" has no secret "{name}"',
    remedy: 'List those that it has with GET /functions/{functionName}/secrets.',
  },
  RotationUnderWay: {
    status: 409,
    blame: 'caller',
    message: 'The secrets of functions are getting a new key right now',
    remedy: 'Try again in a moment.',
  },
  SecretUnreadable: {
    status: 503,
    blame: 'platform',
    message: 'Secret "{name}" of function "{functionName}" cannot be read: {reason}',
    remedy: 'Bring back the key file as it was, or set the secret again, or delete it.',
  },
  SecretKeysUnavailable: {
    status: 503,
    blame: 'platform',
    message: 'Key file "{file}" of the secrets cannot be used: {reason}',
    remedy:
      'Bring it back as it was, readable by the platform alone; in compose, new keys are made by "docker compose run --rm rotate-secrets".',
  },
} as const satisfies Record<string, ErrorRow>
