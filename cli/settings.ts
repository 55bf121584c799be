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
