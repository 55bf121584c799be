import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HearthError } from '../../core/errors.ts'
import { functionArn } from '../../core/functions/function.ts'
import { targetOf } from '../../core/functions/qualifier.ts'
import { storeOf } from '../../core/storage/object-store.ts'
import { byAge, type ObjectTrigger } from '../../core/triggers/trigger.ts'
import { refusalOf } from '../caller.ts'
import { resolveVersion } from '../functions/resolve-version.ts'
import type { GatewayParts } from '../parts.ts'
import type { AccessKey } from '../signature/access-keys.ts'
import { replaceObjectTriggers, type WantedObjectTrigger } from '../trigger-deployment.ts'
import {
  type NotificationRule,
  noDestination,
  readNotification,
  writeNotification,
} from './bucket-notification.ts'
import { S3Error } from './s3-error.ts'

/** 100 configurations with filters of 1,024 bytes, and some more. */
const BODY_BYTES_MAX = 1024 * 1024

interface NotificationRequest {
  bucket: string
  request: FastifyRequest
  reply: FastifyReply
  /** Whose statements are asked; undefined where nobody's are. */
  key: AccessKey | undefined
}

/**
 * Get and PutBucketNotificationConfiguration: what S3 calls the functions of a notification are the
 * object triggers of this platform. A PUT replaces all of the bucket's, whatever made them. The
 * platform's own webhooks, by which the store reports to it, never show.
 */
export async function answerNotification(
  parts: GatewayParts,
  { bucket, request, reply, key }: NotificationRequest,
): Promise<void> {
  await storeOf(parts.storage).requireBucket(bucket)
  if (request.method === 'GET') {
    const triggers = await parts.triggers.objectTriggers(bucket)
    const xml = writeNotification(triggers.sort(byPosition).map(asRule))
    await reply.type('application/xml').send(xml)
    return
  }
  const body = await readBody(request.raw)
  const rules = readNotification(body)
  for (const rule of rules) {
    await requireFunction(parts, rule)
    requireInvocable(key, rule)
  }
  await replaceObjectTriggers(parts, bucket, rules.map(asTrigger))
  request.log.info({ bucket, triggers: rules.length }, 'Notification of a bucket was set')
  await reply.code(200).send()
}

async function requireFunction(parts: GatewayParts, rule: NotificationRule): Promise<void> {
  try {
    await resolveVersion(parts, rule)
  } catch (error) {
    if (!(error instanceof HearthError && error.code === 'FunctionNotFound')) throw error
    throw noDestination(rule.functionArn, 'The destination Lambda function does not exist')
  }
}

/** Whoever has a function called by a bucket calls it. */
function requireInvocable(
  key: AccessKey | undefined,
  { functionName, qualifier }: NotificationRule,
): void {
  const resource = functionArn(targetOf(functionName, qualifier))
  const refusal = key && refusalOf(key, { action: 'lambda:InvokeFunction', resource })
  if (refusal) throw new S3Error('AccessDenied', refusal.message, { cause: refusal })
}

/** Those that were set together in their order; after them others, oldest first. */
function byPosition(a: ObjectTrigger, b: ObjectTrigger): number {
  const [first = Number.MAX_SAFE_INTEGER, second = Number.MAX_SAFE_INTEGER] = [
    a.notification?.position,
    b.notification?.position,
  ]
  return first - second || byAge(a, b)
}

function asRule(trigger: ObjectTrigger): NotificationRule & { id: string } {
  const { id, functionName, qualifier, events, notification, prefix, suffix } = trigger
  const filterRules = [
    ...(prefix ? [{ name: 'Prefix', value: prefix }] : []),
    ...(suffix ? [{ name: 'Suffix', value: suffix }] : []),
  ]
  const made = { id, functionArn: functionArn(targetOf(functionName, qualifier)), filterRules }
  return { ...made, ...notification, functionName, events }
}

function asTrigger(rule: NotificationRule, position: number): WantedObjectTrigger {
  const { functionName, qualifier, events, prefix, suffix, id, functionArn, filterRules } = rule
  return {
    functionName,
    ...(qualifier !== undefined && { qualifier }),
    events,
    ...(prefix !== undefined && { prefix }),
    ...(suffix !== undefined && { suffix }),
    notification: { id, functionArn, filterRules, position },
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_BYTES_MAX) throw new S3Error('MalformedXML', 'The document is too large.')
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  const digest = request.headers['x-amz-content-sha256']
  const given = typeof digest === 'string' && /^[0-9a-f]{64}$/i.test(digest) ? digest : undefined
  if (given !== undefined && given.toLowerCase() !== hash('sha256', bytes)) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed."
    throw new S3Error('XAmzContentSHA256Mismatch', message)
  }
  return bytes.toString()
}
