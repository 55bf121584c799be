import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** A folder as a tar stream; owners are the superuser's, whoever made the files. */
export function tarOf(directory: string): Readable {
  const owner = ['--owner=0', '--group=0', '--numeric-owner']
  const tar = spawn('tar', ['-C', directory, ...owner, '-c', '.'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  tar.on('error', (cause) => tar.stdout.destroy(cause))
  tar.on('exit', (code) => {
    if (code !== 0) tar.stdout.destroy(new Error(`tar of "${directory}" ended with ${code}`))
  })
  return tar.stdout
}
