import { ACCOUNT_ID, REGION } from '../functions/function.ts'

export const EVENT_SOURCE_MAPPINGS_MAX = 10_000

/** What pulls batches from a queue or a stream for a function, as it was set; nothing pulls yet. */
export interface EventSourceMapping {
  uuid: string
  /** A function's name, or `name:qualifier`. It may be gone: its mappings stay. */
  target: string
  /** What of source and function must be no other mapping's. */
  identity: string
  /** Lambda's fields, those with defaults included, as they are read back. */
  fields: Record<string, unknown>
  tags: Record<string, string>
  createdAt: string
  lastModified: string
}

export function eventSourceMappingArn(uuid: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:event-source-mapping:${uuid}`
}
