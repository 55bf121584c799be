import { AwsError } from './aws-error.ts'

export interface Page<T> {
  items: T[]
  /** Where the next page begins; absent on the last one. */
  next?: string
}

interface PageRequest<T> {
  nameOf(item: T): string
  /** `next` of the page before. */
  after?: string | undefined
  limit: number
  /** What the service calls a mistake in its input. */
  validation: string
}

/** One page of what is in the order of its names. Throws AwsError. */
export function pageOf<T>(items: readonly T[], request: PageRequest<T>): Page<T> {
  const { nameOf, after, limit, validation } = request
  const from = after === undefined ? '' : nameIn(after, validation)
  const rest = items.filter((item) => nameOf(item) > from)
  const shown = rest.slice(0, limit)
  const last = shown.at(-1)
  if (rest.length === shown.length || last === undefined) return { items: shown }
  return { items: shown, next: Buffer.from(nameOf(last)).toString('base64url') }
}

function nameIn(token: string, validation: string): string {
  const name = Buffer.from(token, 'base64url').toString()
  if (Buffer.from(name).toString('base64url') === token) return name
  throw new AwsError(validation, 'The token of the page is not one that was answered.')
}
