import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { DECLARATION_FILE, type Declaration, readDeclarations } from './declaration.ts'
import { isFile } from './file-system.ts'
import { Problem } from './problem.ts'

/**
 * All functions of these folders: of each, those that its own `hearth.json` declares, else those of the
 * folders in it. Throws Problem where there is none, or two have one name.
 */
export async function readProject(...folders: readonly string[]): Promise<Declaration[]> {
  const declarations: Declaration[] = []
  for (const folder of folders) {
    for (const declaring of await declaringFolders(folder)) {
      declarations.push(...(await readDeclarations(declaring)))
    }
  }
  const known = new Map<string, Declaration>()
  for (const declaration of declarations) {
    const { name, file } = declaration
    const other = known.get(name)
    if (other) {
      throw new Problem(
        `Two functions are called "${name}": in ${other.file} and in ${file}`,
        'Rename one there, or name its folder once.',
      )
    }
    known.set(name, declaration)
  }
  return declarations
}

/** The folders with a `hearth.json` that count: this one, or else those in it. Throws Problem. */
async function declaringFolders(folder: string): Promise<string[]> {
  if (await isFile(path.join(folder, DECLARATION_FILE))) return [folder]
  const names = await readdir(folder).catch((cause: Error) => {
    throw new Problem(`${folder} cannot be read: ${cause.message}`, 'Name a folder.', { cause })
  })
  const inside: string[] = []
  for (const name of names) {
    if (name.startsWith('.') || name === 'node_modules') continue
    const member = path.join(folder, name)
    if (await isFile(path.join(member, DECLARATION_FILE))) inside.push(member)
  }
  if (inside.length > 0) return inside.sort()
  throw new Problem(
    `${path.join(folder, DECLARATION_FILE)} cannot be read, and no folder in ${folder} has one`,
    `Name a folder with a ${DECLARATION_FILE}, for instance functions/hello, or make one with "hearth init".`,
  )
}
