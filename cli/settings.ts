import { Problem } from './problem.ts'

/** Where the command line finds the platform. */
export interface ClientSettings {
  /** Base address without a slash at its end. */
  url: string
  apiKey: string | undefined
}

/** Reads HEARTH_URL, unless `url` says where, and HEARTH_API_KEY; an empty variable counts as not set. */
export function readClientSettings(
  given: { url?: string | undefined } = {},
  environment: NodeJS.ProcessEnv = process.env,
): ClientSettings {
  const url = given.url || environment.HEARTH_URL || 'http://127.0.0.1:4327'
  const apiKey = environment.HEARTH_API_KEY || undefined
  const { protocol = '', username, password } = URL.parse(url) ?? {}
  // Not quoted: a password would be shown.
  if (username || password) {
    throw new Problem(
      'The address of the platform has a user name or a password',
      'Leave them out, and set HEARTH_API_KEY to the key.',
    )
  }
  if (!/^https?:$/.test(protocol)) {
    throw new Problem(
      `"${url}" is no address of a platform`,
      'Set HEARTH_URL, or --url, to where it listens, for instance http://127.0.0.1:4327.',
    )
  }
  if (apiKey && !/^[!-~]+$/.test(apiKey)) {
    throw new Problem(
      'HEARTH_API_KEY has a character that no key has: a space, or a line break',
      'Set it to the key alone.',
    )
  }
  return { url: url.replace(/\/+$/, ''), apiKey }
}

/** Whether nothing may be coloured, wherever it is printed: https://no-color.org */
export function refusesColor(environment: NodeJS.ProcessEnv = process.env): boolean {
  return Boolean(environment.NO_COLOR) || environment.TERM === 'dumb'
}

/** Folder of what may be thrown away and is made again: installed dependencies, mostly. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.XDG_CACHE_HOME || `${environment.HOME || '/tmp'}/.cache`
}
