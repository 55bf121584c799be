import { path, query } from '../api.ts'

/** The route of the dead letters of `name` or `name:qualifier`; what follows is one of them, or what to do. */
export function deadLettersOf(target: string, ...rest: string[]): string {
  const [name = '', qualifier] = target.split(':')
  const below = rest.map((part) => `/${encodeURIComponent(part)}`).join('')
  return path`/functions/${name}/dead-letters` + below + query({ qualifier })
}
