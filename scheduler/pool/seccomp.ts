import { readFileSync } from 'node:fs'
import { join } from 'node:path'

let profile: string | undefined

/** The profile's JSON as the engine takes it: inline, so that the engine's host needs no file of ours. */
export function seccompProfile(): string {
  profile ??= JSON.stringify(
    JSON.parse(readFileSync(join(import.meta.dirname, 'seccomp.json'), 'utf8')),
  )
  return profile
}
