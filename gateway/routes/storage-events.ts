import type { Readable } from 'node:stream'
import { acceptObject } from '../../core/invocations/accept-object.ts'
import { readWebhook } from '../../core/triggers/s3-event.ts'
import { forgetContentType } from '../content-type.ts'
import type { GatewayApp, RouteParts } from '../parts.ts'

/** An event is a few kilobytes: a key, and the object's own metadata. */
const BODY_BYTES_MAX = 1024 * 1024
const CONTENT = { type: 'string', format: 'binary', description: 'One event of an S3 server' }

interface Received {
  bytes: Buffer
  whole: boolean
}

/**
 * The S3 server's webhook. It repeats an event until it gets 2xx, and holds back all later ones
 * meanwhile: so what is no event is put aside and answered 2xx, and an error is answered only where
 * the next try may go better.
 */
export function storageEventRoutes(app: GatewayApp, parts: RouteParts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (_request: unknown, payload: Readable) => receive(payload))
  app.post<{ Body: Received | undefined }>(
    '/storage/events',
    {
      onRequest: forgetContentType,
      schema: {
        tags: ['Storage'],
        summary: 'Webhook of the S3 server',
        description:
          'Answered when the invocations that the event causes are on disk. What is no event is put aside.',
      },
      config: {
        documentedBody: CONTENT,
        documentedAnswers: { 204: { type: 'null', description: 'Taken, or put aside' } },
        errors: ['RedisUnavailable', 'QueueFull'],
      },
    },
    async ({ body, log }, reply) => {
      const { bytes, whole } = body ?? { bytes: Buffer.alloc(0), whole: true }
      const { records, garbage } = whole
        ? readWebhook(bytes)
        : { records: [], garbage: `Body is larger than ${BODY_BYTES_MAX} bytes` }
      const now = Date.now()
      for (const record of records) {
        if (await acceptObject(parts, record)) parts.webhookLag.add(record.raw.eventTime, now)
      }
      if (garbage !== undefined) {
        log.warn({ reason: garbage }, 'Storage sent what is no event; it was put aside')
        await parts.triggers.parked.add(bytes, garbage)
      }
      return reply.code(204).send()
    },
  )
}

/** Takes the whole body off the connection, and keeps what may be an event of it. */
async function receive(payload: Readable): Promise<Received> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    if (size < BODY_BYTES_MAX) chunks.push(chunk)
    size += chunk.length
  }
  return { bytes: Buffer.concat(chunks), whole: size <= BODY_BYTES_MAX }
}
