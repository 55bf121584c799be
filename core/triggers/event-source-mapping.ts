import { type Static, Type } from 'typebox'
import { ACCOUNT_ID, REGION } from '../functions/function.ts'
import { Target } from '../functions/qualifier.ts'
import { closed, Time } from '../stored-schema.ts'

export const EVENT_SOURCE_MAPPINGS_MAX = 10_000

/** What pulls batches from a queue or a stream for a function, as it was set; nothing pulls yet. */
export const EventSourceMapping = Type.Object(
  {
    uuid: Type.String({ pattern: '^[0-9a-f-]{36}$', description: 'a UUID' }),
    /** A function's name, or `name:qualifier`. It may be gone: its mappings stay. */
    target: Target,
    /** What of source and function must be no other mapping's. */
    identity: Type.String(),
    /** Lambda's fields, those with defaults included, as they are read back. */
    fields: Type.Record(Type.String(), Type.Unknown()),
    tags: Type.Record(Type.String(), Type.String()),
    createdAt: Time,
    lastModified: Time,
  },
  closed,
)
export type EventSourceMapping = Static<typeof EventSourceMapping>

export function eventSourceMappingArn(uuid: string): string {
  return `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:event-source-mapping:${uuid}`
}

export function mappingIdentity({
  target,
  fields,
}: Pick<EventSourceMapping, 'target' | 'fields'>): string {
  const { EventSourceArn, SelfManagedEventSource, Topics, Queues } = fields
  return JSON.stringify([target, EventSourceArn ?? SelfManagedEventSource, Topics, Queues])
}
