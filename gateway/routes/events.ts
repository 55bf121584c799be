import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import { exists } from '../../core/accept-object.ts'
import { type CloudEvent, readCloudEvents } from '../../core/cloud-event.ts'
import { HearthError } from '../../core/errors.ts'
import { MAX_ASYNC_BYTES, MAX_SYNC_BYTES } from '../../core/function.ts'
import type { EventTrigger } from '../../core/trigger.ts'
import { readJson } from '../json-body.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'

const Caused = Type.Object({
  id: Type.String(),
  functionName: Type.String(),
  eventId: Type.String({ description: 'The id of the CloudEvent that caused it' }),
})

/** CloudEvents 1.0, in each of the three modes of its HTTP binding. */
export function eventRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post<{ Body: Buffer | undefined }>(
    '/events',
    {
      bodyLimit: MAX_SYNC_BYTES,
      schema: {
        tags: ['Events'],
        summary: 'Send CloudEvents',
        description:
          'One as `application/cloudevents+json`, several as `application/cloudevents-batch+json`, ' +
          'or one with its attributes in `ce-` headers. Each calls the functions whose event ' +
          'triggers it fits, with the event in the JSON format of CloudEvents. An event that was ' +
          'sent before (same source and id, within 24 hours) causes nothing again.',
        response: { 202: Type.Object({ invocations: Type.Array(Caused) }) },
      },
      config: {
        documentedBody: Type.Object({}, { description: 'A CloudEvent, or an array of them' }),
        errors: [
          'InvalidRequest',
          'InvalidJson',
          'JsonTooDeep',
          'UnsupportedMediaType',
          'PayloadTooLarge',
          'QueueFull',
        ],
      },
    },
    async ({ body = Buffer.alloc(0), headers }, reply) => {
      const events = readCloudEvents({ headers, body }, readJson).map(stored)
      const invocations: Caused[] = []
      for (const event of events) invocations.push(...(await accept(parts, event)))
      return reply.code(202).send({ invocations })
    },
  )
}

interface Caused {
  id: string
  functionName: string
  eventId: string
}

interface StoredEvent {
  event: CloudEvent
  bytes: Buffer
}

/** As an asynchronous invocation holds it. Throws PayloadTooLarge before any event is accepted. */
function stored(event: CloudEvent): StoredEvent {
  const bytes = Buffer.from(JSON.stringify(event))
  if (bytes.length > MAX_ASYNC_BYTES) {
    throw new HearthError('PayloadTooLarge', { what: 'Event', limitBytes: MAX_ASYNC_BYTES })
  }
  return { event, bytes }
}

async function accept(parts: GatewayParts, given: StoredEvent): Promise<Caused[]> {
  const triggers = await parts.triggers.matchingEvent(given.event)
  const accepted = await Promise.all(triggers.map((trigger) => acceptFor(parts, given, trigger)))
  return accepted.filter((one) => one !== undefined)
}

async function acceptFor(
  { functions, invocations }: GatewayParts,
  { event, bytes }: StoredEvent,
  trigger: EventTrigger,
): Promise<Caused | undefined> {
  const { id: triggerId, functionName } = trigger
  if (!(await exists(functions, functionName))) return undefined
  const { id } = await invocations.accept({
    functionName,
    event: bytes,
    cause: { kind: 'event', triggerId, detail: event.id.slice(0, 256) },
    dedupeKey: `event:${triggerId}:${identityOf(event)}`,
  })
  return { id, functionName, eventId: event.id }
}

/** Source and id together are one event, says CloudEvents. */
function identityOf({ source, id }: CloudEvent): string {
  return createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest('base64url')
}
