import { randomUUID } from 'node:crypto'
import { HearthError } from '../core/errors.ts'
import { asVersion, type FunctionDefinition, sandboxesAfter } from '../core/functions/function.ts'
import { sessionPolicy } from '../core/storage/storage-credentials.ts'
import { bucketsOf } from '../core/triggers/trigger.ts'
import { checkUnpackedSize } from './functions/unpacked-size.ts'
import type { GatewayParts } from './parts.ts'

/** Changes of one function that collide are done again so often, each on what the other left. */
export const TRIES = 20

export interface DeployOptions {
  name: string
  /** The revision that the caller knows; where the function has another, nothing is changed. */
  expectedRevisionId?: string | undefined
  /** Publishes the new state as a version in the same step. */
  publish?: boolean | undefined
}

/** What is to be other than it is; a function of the current state where it depends on that. */
export type Change =
  | Partial<FunctionDefinition>
  | ((
      current: FunctionDefinition,
    ) => Partial<FunctionDefinition> | Promise<Partial<FunctionDefinition>>)

/** Stores a new function; resolves when every scheduler serves it. */
export async function deployNew(
  parts: GatewayParts,
  definition: FunctionDefinition,
  { publish = false }: Pick<DeployOptions, 'publish'> = {},
): Promise<FunctionDefinition> {
  await checkBuckets(parts, definition)
  await checkUnpackedSize(parts, definition)
  const version = publish ? firstVersion(definition) : undefined
  await parts.functions.create(version ? { ...definition, lastVersion: 1 } : definition, version)
  try {
    await parts.link.announce(definition.name)
    await rulesBack(parts, definition.name)
  } catch (error) {
    // A create that failed leaves nothing: the caller repeats it, and must not meet its own half.
    await parts.functions.delete(definition.name).catch((cause: unknown) => {
      parts.log.error({ err: cause, functionName: definition.name }, 'Half a function is left')
    })
    throw error
  }
  return version ?? definition
}

function firstVersion(definition: FunctionDefinition): FunctionDefinition {
  return asVersion(definition, { number: 1, revisionId: randomUUID() })
}

/** A function that goes takes its triggers along; rules and schedules that name it wait for the next one. */
export async function rulesBack(
  parts: Pick<GatewayParts, 'rules' | 'schedules'>,
  name: string,
): Promise<void> {
  await parts.rules.functionMade(name)
  await parts.schedules.functionMade(name)
}

/**
 * Changes a function as it is now; resolves when no scheduler serves an older state, to the state
 * that it has, or to the version that was published. Throws InvalidRequest, FunctionNotFound,
 * RevisionMismatch; FunctionChanged where others kept changing it.
 */
export async function deployChange(
  parts: GatewayParts,
  of: string | DeployOptions,
  change: Change,
): Promise<FunctionDefinition> {
  const { name, expectedRevisionId, publish }: DeployOptions =
    typeof of === 'string' ? { name: of } : of
  for (let tries = 1; ; tries += 1) {
    const current = await parts.functions.read(name)
    requireRevision(current, expectedRevisionId)
    const fields = typeof change === 'function' ? await change(current) : change
    const { sandboxRevisionId: _before, ...kept } = current
    const changed: FunctionDefinition = {
      ...kept,
      ...fields,
      ...sandboxesAfter(current, fields),
      revisionId: randomUUID(),
      lastModified: new Date().toISOString(),
    }
    const version = publish ? nextVersion(changed) : undefined
    if (version) changed.lastVersion = Number(version.version)
    await checkBuckets(parts, changed)
    const { codeSha256, layers } = current
    const isOtherCode = changed.codeSha256 !== codeSha256 || changed.layers !== layers
    if (isOtherCode) await checkUnpackedSize(parts, changed)
    try {
      await parts.functions.replace(changed, current.revisionId, version)
    } catch (error) {
      const collided = error instanceof HearthError && error.code === 'FunctionChanged'
      if (collided && tries < TRIES) continue
      // Redis may have taken it all the same; then schedulers learn of it when it is back.
      if (isAway(error)) parts.link.announce(name).catch(() => undefined)
      throw error
    }
    await parts.link.announce(name)
    return version ?? changed
  }
}

function nextVersion(changed: FunctionDefinition): FunctionDefinition {
  const number = (changed.lastVersion ?? 0) + 1
  return asVersion(changed, { number, revisionId: randomUUID() })
}

/** Throws RevisionMismatch where the caller knows another revision. */
export function requireRevision(
  { revisionId }: { revisionId: string },
  expected: string | undefined,
): void {
  if (expected !== undefined && expected !== revisionId) throw new HearthError('RevisionMismatch')
}

/**
 * Throws InvalidRequest where the function's buckets, those of its triggers counted, are more than
 * credentials can be made for: stored so, it could not be served.
 */
async function checkBuckets(parts: GatewayParts, definition: FunctionDefinition): Promise<void> {
  const { read = [], write = [] } = definition.buckets
  const triggers = await parts.triggers.list(definition.name)
  sessionPolicy({ read: [...read, ...bucketsOf(triggers)], write })
}

function isAway(error: unknown): boolean {
  return error instanceof HearthError && error.code === 'RedisUnavailable'
}

/**
 * Deletes a function and what hangs on it. Triggers, log and records go first, so that a delete that fails
 * half-way can be repeated; nothing reaches the function once its name is gone.
 */
export async function deleteFunction(parts: GatewayParts, name: string): Promise<void> {
  await parts.functions.read(name)
  await parts.triggers.removeAll(name)
  await Promise.all([parts.logs.delete(name), parts.journal.delete(name)])
  const targets = await parts.functions.delete(name)
  // A repeated delete would find no function, so each of these is tried whatever becomes of the others.
  const ends = await Promise.allSettled([
    parts.link.announce(name),
    ...targets.map((target) =>
      parts.invocations.failAll(target, {
        errorType: 'FunctionNotFound',
        errorMessage: `Function "${target}" was deleted before this invocation could run`,
      }),
    ),
    // What came in between.
    parts.logs.delete(name),
    parts.journal.delete(name),
  ])
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}
