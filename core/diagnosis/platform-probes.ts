import { lookup } from 'node:dns/promises'
import type { SecretKeys } from '../functions/secret-keys.ts'
import type { SecretStore } from '../functions/secret-store.ts'
import { callersNeedKey, isLoopback, type Settings } from '../settings.ts'
import { type Finding, failed, ok, type Probe, warning } from './check.ts'

/** How the platform itself is set up. */
export function platformProbes(
  settings: Settings,
  of: { secrets: SecretStore; secretKeys: SecretKeys },
): Probe[] {
  return [
    {
      name: 'access',
      remedy: 'Set HEARTH_API_KEY.',
      look: async () => accessFinding(settings),
    },
    {
      name: 'keys of secrets',
      remedy: 'Bring the key file back, or set the secrets again.',
      look: () => keysOfSecrets(of.secrets, of.secretKeys),
    },
    { name: 'function addresses', remedy: ADDRESSES, look: addresses },
  ]
}

/** Who may call; in compose the key is in SECRETS_FILE. */
export function accessFinding(
  settings: Pick<Settings, 'HOST' | 'HEARTH_API_KEY' | 'ACCESS_KEYS_FILE' | 'SECRETS_FILE'>,
): Finding {
  const { HOST } = settings
  const hasKey = callersNeedKey(settings) || settings.SECRETS_FILE !== undefined
  if (hasKey) return ok(`It listens on ${HOST}, and callers must show a key`)
  if (isLoopback(HOST))
    return ok(`It listens on ${HOST}: only this machine may call, without a key`)
  return failed(
    `It listens on ${HOST}, and whoever reaches it may do everything`,
    'Set HEARTH_API_KEY or ACCESS_KEYS_FILE, or HOST=127.0.0.1.',
  )
}

/** Whether each secret has its key. */
async function keysOfSecrets(secrets: SecretStore, secretKeys: SecretKeys): Promise<Finding> {
  const functions = await secrets.functions()
  const needed = new Set<string>()
  let count = 0
  for (const name of functions) {
    for (const [, { key }] of await secrets.records(name)) {
      needed.add(key)
      count += 1
    }
  }
  const missing = [...needed].filter((id) => !secretKeys.has(id))
  if (missing.length > 0) {
    return failed(
      `Some secrets cannot be read: the key file lacks ${missing.join(', ')}`,
      'Bring the key file back as it was, or set these secrets again; a rotation names them.',
    )
  }
  if (needed.size < 2) return ok(`Secrets, all of which can be read: ${count}`)
  return warning(
    `Secrets are under ${needed.size} keys: a new key was not brought to its end`,
    'Send POST /secrets/rotation, or in compose: docker compose run --rm rotate-secrets.',
  )
}

const ADDRESSES =
  'Name the host in /etc/hosts, send it as header Host, or use curl --resolve; browsers know it by themselves.'

async function addresses(): Promise<Finding> {
  try {
    const { address } = await lookup('any.lambda-url.localhost')
    if (address.startsWith('127.') || address === '::1') {
      return ok('Names of function URLs lead to this machine')
    }
    return warning(`Names of function URLs lead to ${address}`, ADDRESSES)
  } catch {
    return warning('Names of function URLs are not known to this machine', ADDRESSES)
  }
}
