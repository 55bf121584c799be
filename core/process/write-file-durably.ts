import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Replaces a file as a whole; after a power cut it is the old one or the new one, never half of it. */
export function writeFileDurably(file: string, text: string, mode = 0o666): void {
  const unfinished = `${file}.${process.pid}`
  const descriptor = openSync(unfinished, 'w', mode)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(unfinished, file)
  syncFolder(dirname(file))
}

/** So that what was made or renamed in it is there after a power cut. */
export function syncFolder(folder: string): void {
  const directory = openSync(folder, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
