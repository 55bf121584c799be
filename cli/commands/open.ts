import { spawn } from 'node:child_process'
import { inPath } from '../client.ts'
import type { Context, Given } from '../command.ts'

const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/** Opens the console; without a terminal it prints the address. */
export async function open({ client, screen }: Context, { words }: Given): Promise<void> {
  const [name] = words
  if (name === undefined) await client.alive()
  else await client.api.GET('/functions/{name}', { params: { path: { name } } })
  const url = `${client.url}/console${name === undefined ? '' : `/functions/${inPath(name)}`}`
  screen.result({ url }, () => [url])
  if (screen.isInteractive) await show(url)
}

async function show(url: string): Promise<void> {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
  // The address was printed: who has no browser here opens it elsewhere.
  child.once('error', () => undefined)
  child.unref()
}
