import type { CloudEvent } from './cloud-event.ts'
import { compilePattern, type EventMatcher } from './event-pattern.ts'
import { asEventBridgeEvent, type EventBridgeEvent } from './eventbridge-event.ts'
import type { EventTrigger } from './trigger.ts'

/** One event in both of its forms. */
export interface EventForms {
  cloudEvent: CloudEvent
  eventBridge: EventBridgeEvent
}

/** Both forms of a CloudEvent that came in just now. */
export function formsOf(cloudEvent: CloudEvent): EventForms {
  return { cloudEvent, eventBridge: asEventBridgeEvent(cloudEvent, new Date()) }
}

/** The form that a trigger's pattern is of, and that its function gets: a rule's is EventBridge's. */
export function formFor(
  { origin }: EventTrigger,
  forms: EventForms,
): CloudEvent | EventBridgeEvent {
  return origin === undefined ? forms.cloudEvent : forms.eventBridge
}

/** Compares events with the patterns of triggers, each compiled once while it is in use. */
export class EventMatching {
  /** Compiled patterns by their JSON, of the triggers that were there last. */
  #matchers = new Map<string, EventMatcher>()

  matching(triggers: readonly EventTrigger[], forms: EventForms): EventTrigger[] {
    const matchers = new Map<string, EventMatcher>()
    const matching = triggers.filter((trigger) => {
      const pattern = JSON.stringify(trigger.pattern)
      const matches = this.#matchers.get(pattern) ?? compilePattern(trigger.pattern)
      matchers.set(pattern, matches)
      return matches(formFor(trigger, forms))
    })
    this.#matchers = matchers
    return matching
  }
}
