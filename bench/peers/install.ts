import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../setup/command.ts'
import { HEARTH } from '../../setup/setup-result.ts'
import type { Peer } from './peer.ts'

const INSTALL_MS = 180_000
const NPM = ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']

/** The folder of a peer, with its packages: installed at the first time, into nothing that is the product's. */
export async function installPeer({ name, packages }: Peer): Promise<string> {
  const folder = join(HEARTH, 'peers', name)
  const file = join(folder, 'package.json')
  const dependencies = Object.fromEntries(packages.map(({ name, version }) => [name, version]))
  const manifest = `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`
  // npm writes .package-lock.json last, so an interrupted install does not count as done.
  const isInstalled =
    existsSync(join(folder, 'node_modules', '.package-lock.json')) &&
    (await readFile(file, 'utf8')) === manifest
  if (isInstalled) return folder
  process.stderr.write(`installing ${name} into ${folder}\n`)
  await mkdir(folder, { recursive: true })
  await writeFile(file, manifest)
  const [npm = '', ...words] = NPM
  await run([npm, ...words], { deadlineMs: INSTALL_MS, directory: folder })
  return folder
}
