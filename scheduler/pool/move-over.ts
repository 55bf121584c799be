import type { Stats } from 'node:fs'
import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Moves what one directory holds into another of the same mount, modes and all. Where both have a
 * path, what is moved stays: of two folders the union, else the one of `from`.
 */
export async function moveOver(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    const there = await statOf(target)
    if (entry.isDirectory() && there?.isDirectory()) {
      await moveOver(source, target)
      continue
    }
    // A rename puts a file in the place of a file alone.
    if (there && (there.isDirectory() || entry.isDirectory())) await rm(target, { recursive: true })
    await rename(source, target)
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
