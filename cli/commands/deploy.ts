import path from 'node:path'
import type { Context, Given } from '../command.ts'
import { type Deployed, deploy } from '../deploy.ts'
import { readProject } from '../project.ts'
import { packagesFolder } from '../root.ts'
import { tryLine } from '../try-line.ts'
import { publishVersion } from './versions.ts'

interface DeployOptions {
  publish?: boolean
}

/** One after the other: a mistake in one leaves those before it deployed, and says which it was. */
export async function deployFolders(context: Context, given: Given<DeployOptions>): Promise<void> {
  const { client, screen, settings } = context
  const folders = given.words.length > 0 ? given.words : ['.']
  const declarations = await readProject(...folders)
  const done: (Deployed & { version?: string })[] = []
  for (const declaration of declarations) {
    const say = (line: string) => (screen.json ? undefined : screen.print(line))
    const cacheDirectory = packagesFolder()
    const deployed = await deploy(declaration, { client, cacheDirectory, say, detail: say })
    if (!given.options.publish) done.push(deployed)
    else {
      const version = await publishVersion(client, declaration.name)
      say(`Function ${declaration.name}: version ${version}`)
      done.push({ ...deployed, version })
    }
  }
  if (screen.json) {
    const functions = done.map(({ declaration: { name }, outcome, code, version }) => ({
      name,
      outcome,
      bytes: code.zip.length,
      version,
    }))
    screen.print(JSON.stringify({ functions }))
    return
  }
  const [only, second] = done
  if (!only || second) return
  screen.print('Try it:')
  const folder = path.relative('', only.declaration.folder) || '.'
  screen.print(`  ${await tryLine(folder, only.declaration, settings)}`)
}
