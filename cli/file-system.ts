import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Problem } from './problem.ts'

/** Whether something is there. Throws Problem where that cannot be known: in a folder that may not be read, say. */
export async function exists(file: string): Promise<boolean> {
  return (await found(file)) !== undefined
}

export async function isFile(file: string): Promise<boolean> {
  return (await found(file))?.isFile() ?? false
}

async function found(file: string) {
  try {
    return await stat(file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new Problem(`${file} cannot be read: ${message}`, 'See who may read it.', {
      cause: error,
    })
  }
}

/** Whether a path is of the folder, or of what lies under it; both absolute. */
export function isInside(folder: string, file: string): boolean {
  return file === folder || file.startsWith(folder + path.sep)
}
