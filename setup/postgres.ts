import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findProgram, run } from './command.ts'
import type { Setup } from './setup.ts'
import type { Part } from './setup-result.ts'

/** Where Debian keeps the servers, off the path: one folder a major version. */
const DEBIAN = '/usr/lib/postgresql'

/** Finds a PostgreSQL for the tests to run as their child: a function's egress list leads to it. */
export async function preparePostgres(setup: Setup): Promise<Part> {
  const found = await folderOfServer()
  if (found) {
    setup.report.found('postgres', found)
    return { state: 'ready', value: found }
  }
  const obstacle = await setup.apt.install('postgres', ['postgresql'])
  const installed = obstacle ? undefined : await folderOfServer()
  if (installed) {
    setup.report.made('postgres', `${installed}, installed`)
    return { state: 'ready', value: installed }
  }
  const reason = `PostgreSQL is not there, and ${obstacle ?? 'its package does not bring a server'}`
  setup.report.missing('postgres', `${reason}: its test will be SKIPPED`)
  return { state: 'missing', reason }
}

/** The folder that has both the server and what makes its data; the newest of several. */
async function folderOfServer(): Promise<string | undefined> {
  const onPath = await findProgram('postgres')
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : []
  const folders = [
    ...(onPath ? [dirname(realpathSync(onPath))] : []),
    ...versions
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(DEBIAN, version, 'bin')),
  ]
  for (const folder of folders) if (await isWhole(folder)) return folder
  return undefined
}

async function isWhole(folder: string): Promise<boolean> {
  if (!existsSync(join(folder, 'initdb'))) return false
  const server = join(folder, 'postgres')
  const version = await run([server, '--version'], { deadlineMs: 5000 }).catch(() => '')
  return /^postgres \(PostgreSQL\) \d/.test(version)
}
