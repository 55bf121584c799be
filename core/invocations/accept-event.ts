import { targetOf } from '../functions/qualifier.ts'
import type { CloudEvent } from '../triggers/cloud-event.ts'
import { type EventForms, formsOf } from '../triggers/event-triggers.ts'
import type { EventBridgeEvent } from '../triggers/eventbridge-event.ts'
import type { EventTrigger } from '../triggers/trigger.ts'
import { type Acceptors, exists } from './accept-object.ts'
import type { Cause } from './invocation.ts'

/** A CloudEvent on its way to the functions whose triggers it fits. */
export interface IncomingEvent {
  event: CloudEvent
  /** The same as JSON, as handlers get it. */
  bytes: Buffer
  /** The same as rules of EventBridge see it; made of the CloudEvent if not given. */
  eventBridge?: EventBridgeEvent
  /** By which it is known when it comes again, within 24 h. */
  identity: string
  /** How many invocations stand behind it. */
  depth?: number
}

/** What an event has caused. */
export interface Caused {
  id: string
  functionName: string
  eventId: string
}

const DETAIL_LENGTH_MAX = 256

/**
 * Makes one invocation for each trigger that the event fits; for an event that came before, none.
 * Resolves when all are on disk; rejects when one is not, and may be repeated.
 */
export async function acceptEvent(stores: Acceptors, given: IncomingEvent): Promise<Caused[]> {
  const { event: cloudEvent, eventBridge } = given
  const forms = eventBridge ? { cloudEvent, eventBridge } : formsOf(cloudEvent)
  const triggers = await stores.triggers.matchingEvent(forms)
  const accepted = await Promise.all(
    triggers.map((trigger) =>
      accept(stores, { ...given, bytes: bytesFor(trigger, given, forms) }, trigger),
    ),
  )
  return accepted.filter((one) => one !== undefined)
}

/** What the trigger's function gets. */
function bytesFor(trigger: EventTrigger, { bytes }: IncomingEvent, forms: EventForms): Buffer {
  if (trigger.input !== undefined) return Buffer.from(JSON.stringify(trigger.input))
  return trigger.origin === undefined ? bytes : Buffer.from(JSON.stringify(forms.eventBridge))
}

async function accept(
  { functions, invocations }: Acceptors,
  { event, bytes, identity, depth }: IncomingEvent,
  trigger: EventTrigger,
): Promise<Caused | undefined> {
  const { id: triggerId, functionName, qualifier } = trigger
  if (!(await exists(functions, functionName))) return undefined
  const detail = event.id.slice(0, DETAIL_LENGTH_MAX)
  const cause: Cause = { kind: 'event', triggerId, detail }
  if (depth !== undefined) cause.depth = depth
  const { id } = await invocations.accept({
    functionName: targetOf(functionName, qualifier),
    event: bytes,
    cause,
    dedupeKey: `event:${triggerId}:${identity}`,
  })
  return { id, functionName, eventId: event.id }
}
