import { mkdirSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { run } from './command.ts'
import type { EngineApi } from './engine-api.ts'

const DEADLINE_MS = 120_000

/**
 * Copies a file or folder of an image into `directory`, by its own last name. For programs that run
 * without their container: the image is only the vehicle. Rejects with EngineApiError or CommandError.
 */
export async function copyFromImage(
  api: EngineApi,
  from: { image: string; path: string },
  directory: string,
): Promise<void> {
  mkdirSync(directory, { recursive: true })
  const archive = new PassThrough()
  const unpacked = run(['tar', '-x', '-C', directory], { deadlineMs: DEADLINE_MS, input: archive })
  try {
    await api.readFile(from.image, from.path, archive)
  } catch (error) {
    archive.destroy()
    await unpacked.catch(() => undefined)
    throw error
  }
  await unpacked
}
