import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** Thrown when another process has the lock. */
export class Locked extends Error {
  override readonly name = 'Locked'
  /** The other one's id, as it sees itself; `unknown` where it has not written it yet. */
  readonly pid: string

  constructor(path: string, pid: string, cause: unknown) {
    super(`"${path}" is locked by process ${pid}`, { cause })
    this.pid = pid
  }
}

/**
 * A lock that one process has at a time. It is SQLite's, and so the kernel's, on both Linux and
 * macOS: a process that died by whatever means has lost it, so there is nothing stale to judge.
 */
export class FileLock {
  readonly #database: DatabaseSync

  private constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** `pidPath`, which only serves the message, gets this process's id. Throws Locked. */
  static take(path: string, pidPath: string): FileLock {
    const database = new DatabaseSync(path)
    try {
      database.exec('BEGIN EXCLUSIVE')
    } catch (cause) {
      database.close()
      if (!/locked|busy/i.test((cause as Error).message)) throw cause
      throw new Locked(path, readPid(pidPath), cause)
    }
    writeFileSync(pidPath, `${process.pid}\n`)
    return new FileLock(database)
  }

  release(): void {
    if (this.#database.isOpen) this.#database.close()
  }
}

function readPid(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim() || 'unknown'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'unknown'
    throw error
  }
}
