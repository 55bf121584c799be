import { Problem } from './problem.ts'

/** Where the command line finds the platform. */
export interface ClientSettings {
  /** Base address without a slash at its end. */
  url: string
  apiKey: string | undefined
}

/** Reads HEARTH_URL and HEARTH_API_KEY; an empty variable counts as not set. */
export function readClientSettings(environment: NodeJS.ProcessEnv = process.env): ClientSettings {
  const url = environment.HEARTH_URL || 'http://127.0.0.1:4327'
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new Problem(
      `HEARTH_URL="${url}" is not an address`,
      'Set it to where the platform listens, for instance http://127.0.0.1:4327.',
    )
  }
  return { url: url.replace(/\/+$/, ''), apiKey: environment.HEARTH_API_KEY || undefined }
}

/** Whether nothing may be coloured, wherever it is printed: https://no-color.org */
export function refusesColor(environment: NodeJS.ProcessEnv = process.env): boolean {
  return Boolean(environment.NO_COLOR) || environment.TERM === 'dumb'
}

/** Folder of what may be thrown away and is made again: installed dependencies, mostly. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.XDG_CACHE_HOME || `${environment.HOME || '/tmp'}/.cache`
}
