import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { FileLock, Locked } from '../core/process/file-lock.ts'
import { openSecrets, type Secrets } from '../core/process/secrets.ts'
import { CannotStart } from '../core/process/start-failure.ts'
import { writeFileDurably } from '../core/process/write-file-durably.ts'
import type { DriverName } from './choose-driver.ts'

/** What one start decides and later ones keep to. */
export interface PlatformFacts {
  driver?: DriverName
  /** Port of the platform's own MinIO. */
  minioPort?: number
}

/** Thrown when another platform uses the data folder; names its process and what to do. */
export class DataFolderInUse extends CannotStart {
  override readonly name = 'DataFolderInUse'
}

/** The folder of everything that is kept, held by one platform at a time. */
export class DataFolder {
  readonly path: string
  readonly secrets: Readonly<Secrets>
  readonly #lock: FileLock
  #facts: Readonly<PlatformFacts>

  /** Makes the folder where it is not there. Throws DataFolderInUse. */
  static open(path: string): DataFolder {
    const folder = resolve(path)
    // Unprivileged sandboxes of the process driver must pass through it; what is secret has its own mode.
    const lock = written(folder, () => {
      mkdirSync(folder, { recursive: true, mode: 0o711 })
      return takeLock(folder)
    })
    try {
      return new DataFolder(folder, lock)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  private constructor(path: string, lock: FileLock) {
    this.path = path
    this.#lock = lock
    this.#facts = read<PlatformFacts>(join(path, 'platform.json')) ?? {}
    this.secrets = openSecrets(join(path, 'secrets.json')).secrets
  }

  get facts(): Readonly<PlatformFacts> {
    return this.#facts
  }

  /** Path of an entry of the folder. */
  at(...names: string[]): string {
    return join(this.path, ...names)
  }

  /** Keeps facts for later starts; on disk when it returns. */
  record(facts: PlatformFacts): void {
    this.#facts = Object.freeze({ ...this.#facts, ...facts })
    writeFileDurably(this.at('platform.json'), `${JSON.stringify(this.#facts, null, 2)}\n`)
  }

  /** Lets another platform have the folder. */
  close(): void {
    this.#lock.release()
  }
}

/** What the file system refuses at the start is the user's to mend, and says which folder it is. */
function written<T>(folder: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof CannotStart) throw cause
    throw new CannotStart(
      `Data folder "${folder}" cannot be written (${(cause as Error).message}): set DATA_DIR to a folder of yours`,
      { cause },
    )
  }
}

function takeLock(folder: string): FileLock {
  try {
    return FileLock.take(join(folder, 'lock'), join(folder, 'pid'))
  } catch (cause) {
    if (!(cause instanceof Locked)) throw cause
    throw new DataFolderInUse(
      `Data folder "${folder}" is in use by process ${cause.pid}: stop that platform, or set DATA_DIR to another folder`,
      { cause },
    )
  }
}

function read<T>(file: string): T | undefined {
  const json = readText(file)
  if (json === undefined) return undefined
  try {
    return JSON.parse(json) as T
  } catch (cause) {
    throw new CannotStart(
      `File "${file}" is damaged: restore it, or remove it to have a new one made`,
      { cause },
    )
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
