import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { DECLARATION_FILE, type Declaration, readDeclarations } from './declaration.ts'
import { Problem } from './problem.ts'

/**
 * All functions of a folder: those that its own `hearth.json` declares, else those of the folders
 * in it. Throws Problem where there is none, or two have one name.
 */
export async function readProject(folder: string): Promise<Declaration[]> {
  const declarations: Declaration[] = []
  for (const declared of await declaringFolders(folder)) {
    declarations.push(...(await readDeclarations(declared)))
  }
  const names = declarations.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return declarations
  throw new Problem(
    `Two functions in ${folder} are called "${twice}"`,
    'Rename one in its hearth.json.',
  )
}

/** The folders with a `hearth.json` that count: this one, or else those in it. Throws Problem. */
export async function declaringFolders(folder: string): Promise<string[]> {
  if (await isFile(path.join(folder, DECLARATION_FILE))) return [folder]
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => {
    throw new Problem(`${folder} cannot be read: ${cause.message}`, 'Name a folder.', { cause })
  })
  const inside: string[] = []
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules')
      continue
    const member = path.join(folder, entry.name)
    if (await isFile(path.join(member, DECLARATION_FILE))) inside.push(member)
  }
  if (inside.length > 0) return inside.sort()
  throw new Problem(
    `${path.join(folder, DECLARATION_FILE)} cannot be read, and no folder in ${folder} has one`,
    `Name a folder with a ${DECLARATION_FILE}, for instance functions/hello, or make one with "hearth init".`,
  )
}

async function isFile(file: string): Promise<boolean> {
  return await stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
}
