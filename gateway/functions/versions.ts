import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { HearthError } from '../../core/errors.ts'
import { asVersion, concurrencyOf, type FunctionDefinition } from '../../core/functions/function.ts'
import { deployChange, requireRevision, TRIES } from '../deployment.ts'
import type { GatewayParts } from '../parts.ts'

export interface PublishOptions {
  description?: string | undefined
  expectedRevisionId?: string | undefined
  /** Base64 of the SHA-256 that the code must have. */
  codeSha256?: string | undefined
}

/**
 * Publishes the current state as the next version; where nothing has changed since the last one,
 * that is the answer. Throws FunctionNotFound, RevisionMismatch, InvalidRequest, FunctionChanged.
 */
export async function publishVersion(
  parts: GatewayParts,
  name: string,
  options: PublishOptions = {},
): Promise<FunctionDefinition> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await publishOnce(parts, name, options)
    } catch (error) {
      // Another change or publication came between the look and the write.
      const collided = error instanceof HearthError && error.code === 'FunctionChanged'
      if (!collided || tries >= TRIES) throw error
    }
  }
}

async function publishOnce(
  parts: GatewayParts,
  name: string,
  { codeSha256, description, expectedRevisionId }: PublishOptions,
): Promise<FunctionDefinition> {
  const latest = await parts.functions.read(name)
  requireRevision(latest, expectedRevisionId)
  if (codeSha256 !== undefined && codeSha256 !== latest.codeSha256) {
    throw new HearthError('CodeMismatch', { given: codeSha256, found: latest.codeSha256 })
  }
  const last = await lastVersion(parts, latest)
  if (last && isSameState(last, latest)) return last
  const number = (latest.lastVersion ?? 0) + 1
  const version = asVersion(latest, { number, revisionId: randomUUID(), description })
  await parts.functions.replace({ ...latest, lastVersion: number }, latest.revisionId, version)
  await parts.link.announce(name)
  return version
}

/**
 * Makes the current state what a version is, in one step: code, layers and all that a version has for itself.
 * Throws FunctionNotFound, RevisionMismatch, FunctionChanged.
 */
export async function restoreVersion(
  parts: GatewayParts,
  of: { name: string; expectedRevisionId?: string | undefined },
  version: string,
): Promise<FunctionDefinition> {
  return deployChange(parts, of, async () => {
    const {
      name: _name,
      createdAt: _made,
      record: _record,
      ...state
    } = stateOf(await parts.functions.read(of.name, version))
    return state
  })
}

/** Throws FunctionNotFound, VersionInUse. Its waiting invocations fail with their next turn. */
export async function deleteVersion(
  parts: GatewayParts,
  name: string,
  version: string,
): Promise<void> {
  await parts.functions.deleteVersion(name, version)
  await parts.link.announce(name)
}

async function lastVersion(
  parts: GatewayParts,
  { name, lastVersion }: FunctionDefinition,
): Promise<FunctionDefinition | undefined> {
  if (lastVersion === undefined) return undefined
  try {
    return await parts.functions.read(name, String(lastVersion))
  } catch (error) {
    // It was deleted.
    if (error instanceof HearthError && error.code === 'FunctionNotFound') return undefined
    throw error
  }
}

/** What a version is made of: not its names and times, nor what counts for the whole function. */
function isSameState(a: FunctionDefinition, b: FunctionDefinition): boolean {
  return isDeepStrictEqual(stateOf(a), stateOf(b))
}

function stateOf(definition: FunctionDefinition) {
  const {
    arn: _arn,
    version: _version,
    lastVersion: _last,
    revisionId: _revision,
    sandboxRevisionId: _sandboxes,
    lastModified: _time,
    description: _description,
    reservedConcurrency: _reserved,
    tags: _tags,
    aws = {},
    ...state
  } = definition
  return { ...state, aws, concurrency: concurrencyOf(definition) }
}
