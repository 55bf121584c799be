import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CannotStart } from './start-failure.ts'

/** What the platform makes for itself at first boot and keeps; never logged, never given to a sandbox. */
export interface Secrets {
  /** The key of callers, where the platform is reachable by others and none was given. */
  apiKey: string
  /** What a gateway shows to a scheduler. */
  linkToken: string
  /** What the S3 server shows to the gateway's webhook. */
  webhookToken: string
  /** Root credentials of the platform's own S3 server. */
  s3AccessKeyId: string
  s3SecretAccessKey: string
}

/** Reads the secrets, or makes them: readable by their owner alone, whole or not there at all. */
export function openSecrets(file: string): { secrets: Secrets; made: boolean } {
  const known = readSecrets(file)
  if (known) return { secrets: known, made: false }
  const secrets: Secrets = {
    apiKey: `hearth_${randomBytes(32).toString('base64url')}`,
    linkToken: randomBytes(32).toString('base64url'),
    webhookToken: randomBytes(32).toString('base64url'),
    s3AccessKeyId: `hearth${randomBytes(7).toString('hex')}`,
    s3SecretAccessKey: randomBytes(20).toString('hex'),
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flush: true })
  try {
    // A link fails where the name is taken: of two that start at once, one makes the secrets.
    linkSync(draft, file)
    return { secrets, made: true }
  } catch (error) {
    const other = readSecrets(file)
    if (!other) throw error
    return { secrets: other, made: false }
  } finally {
    unlinkSync(draft)
  }
}

function readSecrets(file: string): Secrets | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text) as Secrets
  } catch (cause) {
    throw new CannotStart(
      `File "${file}" is damaged: restore it from a backup. Without it a new one is made, and object storage and callers that know the old secrets are shut out`,
      { cause },
    )
  }
}
