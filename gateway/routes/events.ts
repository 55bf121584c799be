import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { MAX_ASYNC_BYTES, MAX_SYNC_BYTES } from '../../core/functions/function.ts'
import {
  acceptEvent,
  type Caused,
  type IncomingEvent,
} from '../../core/invocations/accept-event.ts'
import { depthField } from '../../core/invocations/depth.ts'
import { type CloudEvent, readCloudEvents } from '../../core/triggers/cloud-event.ts'
import { fingerprint, idempotencyKey } from '../idempotency-key.ts'
import { readJson } from '../json-body.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'

const CausedShape = Type.Object({
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
          'sent before (same source and id, within 24 hours) causes nothing again; with an ' +
          '`Idempotency-Key` a request that has the same one is the same instead.',
        response: { 202: Type.Object({ invocations: Type.Array(CausedShape) }) },
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
      const key = idempotencyKey(headers)
      const events = readCloudEvents({ headers, body }, readJson).map((event, index) =>
        stored(event, key === undefined ? identityOf(event) : fingerprint(key, index)),
      )
      const invocations: Caused[] = []
      const depth = depthField(headers['user-agent'])
      for (const event of events) {
        invocations.push(...(await acceptEvent(parts, { ...event, ...depth })))
      }
      return reply.code(202).send({ invocations })
    },
  )
}

/** As an asynchronous invocation holds it. Throws PayloadTooLarge before any event is accepted. */
function stored(event: CloudEvent, identity: string): IncomingEvent {
  const bytes = Buffer.from(JSON.stringify(event))
  if (bytes.length > MAX_ASYNC_BYTES) {
    throw new HearthError('PayloadTooLarge', { what: 'Event', limitBytes: MAX_ASYNC_BYTES })
  }
  return { event, bytes, identity }
}

/** Source and id together are one event, says CloudEvents. */
function identityOf({ source, id }: CloudEvent): string {
  return fingerprint(source, id)
}
