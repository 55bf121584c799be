import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FileLock, Locked } from './file-lock.ts'
import { CannotStart } from './start-failure.ts'
import { writeFileDurably } from './write-file-durably.ts'

/** Which node this process is, as long as it lives. */
export interface HeldNode {
  id: string
  lock: FileLock
}

/**
 * For a scheduler whose folder others may see, as where services share a volume: of two with one
 * name each would take the other's claims and sandboxes for its own leftovers. Throws CannotStart.
 */
export function holdNode(dataDir: string): HeldNode {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  try {
    const lock = FileLock.take(join(dataDir, 'node-lock'), join(dataDir, 'node-pid'))
    return { id: readNodeId(dataDir), lock }
  } catch (cause) {
    if (!(cause instanceof Locked)) throw cause
    throw new CannotStart(
      `Another scheduler (process ${cause.pid}, as it counts) runs on data folder "${dataDir}": give each a DATA_DIR of its own`,
      { cause },
    )
  }
}

/** A node keeps its name over restarts, so that it finds its own leftovers and takes its claims back. */
export function readNodeId(dataDir: string): string {
  const file = join(dataDir, 'node-id')
  try {
    const kept = readFileSync(file, 'utf8').trim()
    if (kept !== '') return kept
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const made = randomBytes(6).toString('hex')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  writeFileDurably(file, made)
  return made
}
