/** Whose fault an error is; it decides status class, retries and who is told what. */
export type Blame = 'caller' | 'function' | 'platform'

export interface ErrorRow {
  status: number
  blame: Blame
  /** What happened. `{field}` is replaced by the error's details. */
  message: string
  /** What to do about it. */
  remedy: string
}
