import { Readable } from 'node:stream'
import { HearthError } from '../../core/errors.ts'
import {
  type Egress as EgressRule,
  functionArn,
  MAX_ASYNC_BYTES,
} from '../../core/functions/function.ts'
import { splitTarget } from '../../core/functions/qualifier.ts'
import { acceptEvent } from '../../core/invocations/accept-event.ts'
import type { Acceptors } from '../../core/invocations/accept-object.ts'
import type { Message } from '../../core/invocations/delivery-store.ts'
import { DEPTH_MAX } from '../../core/invocations/depth.ts'
import type { Cause } from '../../core/invocations/invocation.ts'
import { loadPayload } from '../../core/payloads/payload.ts'
import type { PayloadStore } from '../../core/payloads/payload-store.ts'
import { type Storage, storeOf } from '../../core/storage/object-store.ts'
import type { CloudEvent } from '../../core/triggers/cloud-event.ts'
import type { OutboundConnections } from '../outbound-connections.ts'
import { messageBody } from './message-body.ts'
import { postSigned } from './signed-request.ts'
import { Undeliverable } from './undeliverable.ts'

export interface DeliverParts extends Acceptors {
  storage: Storage
  payloads: PayloadStore
  connections: OutboundConnections
  /** What a function may reach; a private address of a destination must be in its list. */
  egressOf(functionName: string): Promise<EgressRule>
  /** Whether loops of a function are not stopped. */
  mayLoop(functionName: string): Promise<boolean>
}

/**
 * Takes a message to its destination. Resolves when it is there for good; a repeat makes nothing
 * twice but an HTTP request, which has the same id. Rejects with Undeliverable where trying again
 * is of no use.
 */
export async function deliver(parts: DeliverParts, message: Message): Promise<void> {
  try {
    await take(parts, message)
  } catch (error) {
    const isHopeless =
      error instanceof HearthError &&
      (error.code === 'InvalidRequest' || error.code === 'PayloadTooLarge')
    throw isHopeless ? new Undeliverable(error.message) : error
  }
}

async function take(parts: DeliverParts, message: Message): Promise<void> {
  const { destination } = message
  if (destination.type !== 'http') await checkDepth(parts, message)
  if (destination.type === 'function' || destination.type === 'event') checkSize(message.bytes)
  const [event, result] = await Promise.all([
    loadPayload(parts.payloads, message.event),
    loadPayload(parts.payloads, message.result),
  ])
  const outgoing = { message, body: messageBody(message, { event, result }) }
  switch (destination.type) {
    case 'function':
      return await toFunction(parts, outgoing, destination.functionName)
    case 'event':
      return await toEvents(parts, outgoing)
    case 'bucket':
      return await toBucket(parts, outgoing, destination)
    case 'http':
      return await postSigned(parts.connections, {
        destination,
        id: message.invocationId,
        body: outgoing.body,
        egress: await parts.egressOf(splitTarget(message.functionName).functionName),
      })
  }
}

interface Outgoing {
  message: Message
  /** JSON text. */
  body: Buffer
}

async function toFunction(
  { invocations }: DeliverParts,
  { message, body: event }: Outgoing,
  functionName: string,
): Promise<void> {
  checkSize(event.length)
  const { invocationId } = message
  const cause: Cause = { kind: 'destination', detail: invocationId, depth: depthBehind(message) }
  const dedupeKey = `destination:${invocationId}`
  await invocations.accept({ functionName, event, cause, mustExist: true, dedupeKey })
}

async function toEvents(parts: DeliverParts, { message, body }: Outgoing): Promise<void> {
  const { invocationId, functionName, state } = message
  const head = {
    specversion: '1.0',
    id: invocationId,
    source: functionArn(functionName),
    type: state === 'succeeded' ? 'hearth.invocation.succeeded' : 'hearth.invocation.failed',
    time: message.endedAt.toISOString(),
    datacontenttype: 'application/json',
  } as const
  // The body's own bytes: written anew, numbers that no double holds would be others.
  const start = Buffer.from(`${JSON.stringify(head).slice(0, -1)},"data":`)
  const bytes = Buffer.concat([start, body, Buffer.from('}')])
  checkSize(bytes.length)
  const event: CloudEvent = { ...head, data: JSON.parse(body.toString()) }
  const identity = `destination:${invocationId}`
  await acceptEvent(parts, { event, bytes, identity, depth: depthBehind(message) })
}

/** The key is the same for every attempt: Lambda's, with the invocation's id at its end. */
async function toBucket(
  { storage }: DeliverParts,
  { message, body }: Outgoing,
  { bucket, prefix = '' }: { bucket: string; prefix?: string },
): Promise<void> {
  const ended = message.endedAt.toISOString()
  const day = ended.slice(0, 10).replaceAll('-', '/')
  const time = ended.slice(0, 19).replaceAll(':', '.')
  const { functionName } = splitTarget(message.functionName)
  const folder = `${prefix}aws/lambda/async/${functionName}/${day}`
  const key = `${folder}/${time}-${message.invocationId}`
  const depth = depthBehind(message)
  const upload = { bucket, key, size: body.length, contentType: 'application/json', depth }
  await storeOf(storage).putObject(upload, Readable.from(body, { objectMode: false }))
}

function depthBehind({ cause }: Message): number {
  return (cause.depth ?? 0) + 1
}

/** That a loop was stopped is told once, and to no loop of those who are told. */
async function checkDepth({ mayLoop }: DeliverParts, message: Message): Promise<void> {
  const depth = depthBehind(message)
  if (depth <= DEPTH_MAX + 1) return
  if (await mayLoop(splitTarget(message.functionName).functionName)) return
  throw new Undeliverable(
    `${depth} invocations would stand behind what it causes, each caused by the one before, which looks like a loop`,
  )
}

function checkSize(bytes: number): void {
  if (bytes <= MAX_ASYNC_BYTES) return
  throw new HearthError('PayloadTooLarge', { what: 'Event', limitBytes: MAX_ASYNC_BYTES })
}
