import { statfs } from 'node:fs/promises'
import { type Finding, failed, ok, type Probe, warning } from './check.ts'

const MB = 1024 * 1024
/** Redis rewrites its file beside the old one, packages are unpacked, MinIO stops before it is full. */
const FREE_MB_OK = 2048
const FREE_MB_LEAST = 256

/** Whether there is room in DATA_DIR. */
export function diskProbe(directory: string): Probe {
  return {
    name: 'disk',
    remedy: `Look at the folder "${directory}", which DATA_DIR names: it must be there and readable.`,
    look: async () => {
      const { bavail, blocks, bsize } = await statfs(directory)
      const room = { freeMb: (bavail * bsize) / MB, allMb: (blocks * bsize) / MB }
      return diskFinding(directory, room)
    },
  }
}

export function diskFinding(
  directory: string,
  { freeMb, allMb }: { freeMb: number; allMb: number },
): Finding {
  const found = `${gigabytes(freeMb)} GB of ${gigabytes(allMb)} GB are free in ${directory}`
  const remedy =
    'Free some, or move DATA_DIR to a larger disk: once it is full, nothing is accepted any more.'
  if (freeMb >= FREE_MB_OK) return ok(found)
  return freeMb >= FREE_MB_LEAST ? warning(found, remedy) : failed(found, remedy)
}

function gigabytes(mb: number): string {
  return (mb / 1024).toFixed(1)
}
