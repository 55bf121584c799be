import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileDurably } from './write-file-durably.ts'

/** A node keeps its name over restarts, so that it finds its own leftovers and takes its claims back. */
export function readNodeId(dataDir: string): string {
  const file = join(dataDir, 'node-id')
  try {
    const kept = readFileSync(file, 'utf8').trim()
    if (kept !== '') return kept
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const made = randomBytes(6).toString('hex')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  writeFileDurably(file, made)
  return made
}
