import path from 'node:path'
import type { Context, Given } from '../command.ts'
import type { Declaration } from '../declaration.ts'
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
  const { screen, settings } = context
  const folders = given.words.length > 0 ? given.words : ['.']
  const declarations = await readProject(...folders)
  const done: Done[] = []
  try {
    for (const declaration of declarations) {
      done.push(await deployOne(context, declaration, given.options))
    }
  } finally {
    // What was done before a mistake is told as well; the error goes to standard error.
    if (screen.json) screen.result({ functions: done.map(summaryOf) }, () => [])
  }
  if (screen.json) return
  const [only, second] = done
  if (!only || second) return
  screen.print('Try it:')
  const folder = path.relative('', only.declaration.folder) || '.'
  screen.print(`  ${await tryLine(folder, only.declaration, settings)}`)
}

type Done = Deployed & { version?: string }

async function deployOne(
  { client, screen }: Context,
  declaration: Declaration,
  { publish }: DeployOptions,
): Promise<Done> {
  const say = (line: string) => (screen.json ? undefined : screen.print(line))
  const cacheDirectory = packagesFolder()
  const deployed = await deploy(declaration, { client, cacheDirectory, say, detail: say })
  if (!publish) return deployed
  const version = await publishVersion(client, declaration.name)
  say(`Function ${declaration.name}: version ${version}`)
  return { ...deployed, version }
}

function summaryOf({ declaration: { name }, outcome, code, version }: Done) {
  return { name, outcome, bytes: code.zip.length, version }
}
