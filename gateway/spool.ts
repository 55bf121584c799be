import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HearthError } from '../core/errors.ts'

/**
 * Keeps a stream in a temporary file, whose bytes are gone with its handle: it has no name, so that
 * not even a killed process leaves it behind. Throws PayloadTooLarge.
 */
export async function spool(
  stream: AsyncIterable<Buffer>,
  limit: { what: string; limitBytes: number },
): Promise<FileHandle> {
  const path = join(tmpdir(), `hearth-${randomUUID()}`)
  const file = await open(path, 'wx+', 0o600)
  try {
    await unlink(path)
    let bytes = 0
    for await (const chunk of stream) {
      bytes += chunk.length
      if (bytes > limit.limitBytes) throw new HearthError('PayloadTooLarge', limit)
      await file.writeFile(chunk)
    }
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}
