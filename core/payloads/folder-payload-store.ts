import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HearthError } from '../errors.ts'
import type { PayloadStore, StoredPayload } from './payload-store.ts'
import { putFile } from './put-file.ts'

/** Payloads as files, in 256 folders by the first two characters of their names. */
export class FolderPayloadStore implements PayloadStore {
  readonly #directory: string

  /** `directory` is made when it is first written to. */
  constructor(directory: string) {
    this.#directory = directory
  }

  async put(name: string, bytes: Buffer): Promise<void> {
    try {
      await putFile(this.#fileOf(name), bytes)
    } catch (cause) {
      throw new HearthError('PayloadsUnavailable', { reason: (cause as Error).message }, { cause })
    }
  }

  async get(name: string): Promise<Buffer> {
    try {
      return await readFile(this.#fileOf(name))
    } catch (cause) {
      if (isMissing(cause)) throw new HearthError('PayloadMissing', { name }, { cause })
      throw new HearthError('PayloadsUnavailable', { reason: (cause as Error).message }, { cause })
    }
  }

  async remove(name: string): Promise<void> {
    await rm(this.#fileOf(name), { force: true })
  }

  async page(cursor: string): Promise<{ payloads: StoredPayload[]; cursor: string }> {
    const folders = (await this.#list('')).sort()
    const folder = folders.find((name) => name > cursor)
    if (folder === undefined) return { payloads: [], cursor: '' }
    const names = await this.#list(folder)
    const found = await Promise.all(names.map((name) => this.#look(join(folder, name), name)))
    return { payloads: found.filter((one) => one !== undefined), cursor: folder }
  }

  async #list(folder: string): Promise<string[]> {
    try {
      return await readdir(join(this.#directory, folder))
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  }

  async #look(path: string, name: string): Promise<StoredPayload | undefined> {
    try {
      return { name, modifiedAt: (await stat(join(this.#directory, path))).mtime }
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  #fileOf(name: string): string {
    return join(this.#directory, name.slice(0, 2), name)
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
