import type { Blame } from './error-row.ts'
import { ERRORS } from './error-table.ts'

export type ErrorCode = keyof typeof ERRORS
export type ErrorDetails = Record<string, string | number>

/** Thrown wherever the platform refuses or fails; the gateway turns it into an answer by its row. */
export class HearthError extends Error {
  override readonly name = 'HearthError'
  readonly code: ErrorCode
  readonly details: ErrorDetails
  /** Seconds for `Retry-After`, where waiting helps. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ErrorCode,
    details: ErrorDetails = {},
    options: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(fill(ERRORS[code].message, details), { cause: options.cause })
    this.code = code
    this.details = details
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  get status(): number {
    return ERRORS[this.code].status
  }

  get blame(): Blame {
    return ERRORS[this.code].blame
  }

  get remedy(): string {
    return fill(ERRORS[this.code].remedy, this.details)
  }
}

/** Field names in a remedy that are no details (a path like `/functions/{name}`) stay as they are. */
function fill(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (whole, field: string) =>
    Object.hasOwn(details, field) ? String(details[field]) : whole,
  )
}
