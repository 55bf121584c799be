import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Mutant } from './mutant.ts'

/** What the platform runs from; the rest of the project is not copied. */
const COPIED = [
  'core',
  'gateway',
  'scheduler',
  'platform',
  'runtime-image',
  'setup',
  'package.json',
]
const LINKED = ['node_modules', '.hearth']

/** A copy of the source with the mutant's edits in it. */
export interface MutantTree {
  path: string
  remove(): void
}

/** Throws where a text that is to be replaced is not there exactly once: then the mutant is out of date. */
export function makeTree(root: string, { name, edits }: Mutant): MutantTree {
  const path = mkdtempSync(join(tmpdir(), 'hearth-mutant-'))
  const remove = () => rmSync(path, { recursive: true, force: true })
  try {
    for (const entry of COPIED) cpSync(join(root, entry), join(path, entry), { recursive: true })
    for (const entry of LINKED) symlinkSync(join(root, entry), join(path, entry))
    for (const { file, search, replace } of edits) {
      const parts = readFileSync(join(path, file), 'utf8').split(search)
      if (parts.length !== 2) {
        const count = parts.length - 1
        throw new Error(
          `Mutant "${name}": its text is in ${file} ${count} times, not once: ${search}`,
        )
      }
      writeFileSync(join(path, file), parts.join(replace))
    }
  } catch (error) {
    remove()
    throw error
  }
  return { path, remove }
}
