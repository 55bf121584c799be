import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HearthError } from '../errors.ts'
import { putFile } from '../payloads/put-file.ts'
import type { CodeStore } from './code-store.ts'

/** Code packages in one folder, `<sha256 in hex>.zip` each. */
export class FolderCodeStore implements CodeStore {
  readonly #directory: string

  /** `directory` is made when it is first written to. */
  constructor(directory: string) {
    this.#directory = directory
  }

  async put(zip: Buffer): Promise<{ codeSha256: string; codeSize: number }> {
    const digest = createHash('sha256').update(zip).digest()
    const stored = { codeSha256: digest.toString('base64'), codeSize: zip.length }
    const file = this.#fileOf(digest.toString('hex'))
    if (!(await isThere(file, zip))) await putFile(file, zip)
    return stored
  }

  async get(codeSha256: string): Promise<Buffer> {
    try {
      return await readFile(this.#fileOf(Buffer.from(codeSha256, 'base64').toString('hex')))
    } catch (cause) {
      const reason = `code package ${codeSha256} cannot be read`
      throw new HearthError('SandboxFailed', { reason }, { cause })
    }
  }

  #fileOf(hex: string): string {
    return join(this.#directory, `${hex}.zip`)
  }
}

/** By its bytes: a disk may have kept the length alone. */
async function isThere(file: string, zip: Buffer): Promise<boolean> {
  try {
    return (await readFile(file)).equals(zip)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
