import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HearthError } from '../errors.ts'
import { FileLock, Locked } from '../process/file-lock.ts'
import { syncFolder, writeFileDurably } from '../process/write-file-durably.ts'

/** What a value belongs to: sealed for one, it cannot be opened as another's. */
export interface SecretPlace {
  functionName: string
  name: string
}

/** A value under a key of the file. */
export interface SealedValue {
  /** Id of the key. */
  key: string
  /** Base64 of nonce, ciphertext and tag. */
  sealed: string
}

interface KeyFile {
  /** Oldest first; each is Base64 of 32 bytes. */
  keys: { id: string; key: string; createdAt: string }[]
}

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const FILE_MODE = 0o600
const OTHERS = 0o077

/** Name of the key file, in DATA_DIR or beside SECRETS_FILE. */
const KEY_FILE = 'secret-keys.json'

export function secretKeysPath(folder: string): string {
  return join(folder, KEY_FILE)
}

/**
 * The keys that functions' secrets are sealed with, in a file that its owner alone may read. Which of them
 * is used for new values is not said here: that is kept beside the values. The file is read when a key
 * is asked for that is not known, so that processes that share it follow each other. Every failure is
 * SecretKeysUnavailable, with the file and the reason.
 */
export class SecretKeys {
  readonly #file: string
  #keys: ReadonlyMap<string, Buffer> = new Map()

  constructor(file: string) {
    this.#file = file
  }

  /** Ids of all keys as the file has them now, oldest first; makes the first one where there is none. */
  ids(): string[] {
    const known = this.#read() ?? this.#make()
    return known.keys.map(({ id }) => id)
  }

  /** How many there are now; none where there is no file. */
  count(): number {
    return this.#read()?.keys.length ?? 0
  }

  has(id: string): boolean {
    if (!this.#keys.has(id)) this.#read()
    return this.#keys.has(id)
  }

  seal(id: string, place: SecretPlace, value: string): SealedValue {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#key(id), nonce).setAAD(placeBytes(place))
    const bytes = [nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]
    return { key: id, sealed: Buffer.concat(bytes).toString('base64') }
  }

  /** Throws SecretUnreadable where its key is not there, or it is not what was sealed for this place. */
  open({ key: id, sealed }: SealedValue, place: SecretPlace): string {
    if (!this.has(id)) throw unreadable(place, `its key "${id}" is not in the key file`)
    const bytes = Buffer.from(sealed, 'base64')
    try {
      const decipher = createDecipheriv(CIPHER, this.#key(id), bytes.subarray(0, NONCE_BYTES))
        .setAAD(placeBytes(place))
        .setAuthTag(bytes.subarray(-TAG_BYTES))
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
      return Buffer.concat([text, decipher.final()]).toString('utf8')
    } catch (cause) {
      throw unreadable(place, 'what is stored is damaged, or was sealed for another one', cause)
    }
  }

  /** Runs what changes keys, for one process at a time. Throws RotationUnderWay. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    let lock: FileLock
    try {
      lock = FileLock.take(`${this.#file}.lock`, `${this.#file}.pid`)
    } catch (cause) {
      if (cause instanceof Locked) throw new HearthError('RotationUnderWay', {}, { cause })
      throw this.#unavailable(`it cannot be written here (${(cause as Error).message})`, cause)
    }
    try {
      return await work()
    } finally {
      lock.release()
    }
  }

  /** Adds a key; it is on disk when its id is given back. */
  add(): string {
    const { keys } = this.#read() ?? this.#make()
    const added = freshKey()
    this.#write({ keys: [...keys, added] })
    return added.id
  }

  /** Forgets all keys but these. */
  keepOnly(ids: ReadonlySet<string>): void {
    const { keys } = this.#read() ?? this.#make()
    const kept = keys.filter(({ id }) => ids.has(id))
    if (kept.length < keys.length) this.#write({ keys: kept })
  }

  #key(id: string): Buffer {
    const key = this.has(id) ? this.#keys.get(id) : undefined
    if (!key) throw this.#unavailable(`key "${id}" is not in it`)
    return key
  }

  /** Undefined where there is no file. */
  #read(): KeyFile | undefined {
    let text: string
    try {
      if (statSync(this.#file).mode & OTHERS) {
        throw this.#unavailable(`others may read it: chmod 600 ${this.#file}`)
      }
      text = readFileSync(this.#file, 'utf8')
    } catch (error) {
      if (error instanceof HearthError) throw error
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw this.#unavailable((error as Error).message, error)
    }
    return this.#take(text)
  }

  #take(text: string): KeyFile {
    let file: KeyFile
    try {
      file = JSON.parse(text) as KeyFile
      const keys = file.keys.map(({ id, key }) => [id, Buffer.from(key, 'base64')] as const)
      if (keys.some(([, key]) => key.length !== KEY_BYTES)) throw new Error('a key is too short')
      this.#keys = new Map(keys)
    } catch {
      // The reason of a parser would quote what is in it.
      throw this.#unavailable('it is damaged')
    }
    return file
  }

  /** Of several that make it at once, one does; the others read that. */
  #make(): KeyFile {
    const draft = `${this.#file}.${process.pid}`
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
      writeFileSync(draft, textOf({ keys: [freshKey()] }), { mode: FILE_MODE, flush: true })
      try {
        linkSync(draft, this.#file)
        syncFolder(dirname(this.#file))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      } finally {
        unlinkSync(draft)
      }
    } catch (error) {
      throw this.#unavailable((error as Error).message, error)
    }
    const made = this.#read()
    if (!made) throw this.#unavailable('it was removed as soon as it was made')
    return made
  }

  #write(file: KeyFile): void {
    try {
      writeFileDurably(this.#file, textOf(file), FILE_MODE)
    } catch (error) {
      throw this.#unavailable((error as Error).message, error)
    }
    this.#read()
  }

  #unavailable(reason: string, cause?: unknown): HearthError {
    return new HearthError('SecretKeysUnavailable', { file: this.#file, reason }, { cause })
  }
}

function freshKey(): KeyFile['keys'][number] {
  return {
    id: randomBytes(6).toString('hex'),
    key: randomBytes(KEY_BYTES).toString('base64'),
    createdAt: new Date().toISOString(),
  }
}

function textOf(file: KeyFile): string {
  return `${JSON.stringify(file, null, 2)}\n`
}

/** As JSON, so that no two places have the same bytes. */
function placeBytes({ functionName, name }: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify([functionName, name]))
}

function unreadable(place: SecretPlace, reason: string, cause?: unknown): HearthError {
  return new HearthError('SecretUnreadable', { ...place, reason }, { cause })
}
