import { randomUUID } from 'node:crypto'
import { HearthError } from '../../core/errors.ts'
import { ACCOUNT_ID, REGION } from '../../core/functions/function.ts'
import { targetOf } from '../../core/functions/qualifier.ts'
import type { Acceptance, InvocationStore } from '../../core/invocations/invocation-store.ts'
import type { ScheduleTick, TurnQueue } from '../../core/invocations/turn-queue.ts'
import { eventBridgeEvent } from '../../core/triggers/eventbridge-event.ts'
import type { TriggerStore } from '../../core/triggers/trigger-store.ts'

export interface TicksParts {
  invocations: Pick<InvocationStore, 'accept'>
  turns: Pick<TurnQueue, 'removeSchedule'>
  triggers: Pick<TriggerStore, 'has'>
  /** Throws FunctionNotFound. */
  room(functionName: string): number | Promise<number>
}

/** Turns ticks of schedules into asynchronous invocations: one a fire time, however often it comes. */
export class Ticks {
  readonly #parts: TicksParts

  constructor(parts: TicksParts) {
    this.#parts = parts
  }

  /** Resolves when the invocation is on disk. A schedule whose function or trigger is gone is removed. */
  async take(tick: ScheduleTick): Promise<void> {
    if (await this.#isWanted(tick)) {
      await this.#parts.invocations.accept(tickAcceptance(tick, randomUUID()))
    } else {
      await this.#parts.turns.removeSchedule(tick.triggerId)
    }
  }

  /** A trigger is written before its schedule, and goes after it: one without the other was left behind. */
  async #isWanted({ functionName, triggerId }: ScheduleTick): Promise<boolean> {
    try {
      await this.#parts.room(functionName)
    } catch (error) {
      if (!(error instanceof HearthError && error.code === 'FunctionNotFound')) throw error
      return false
    }
    return this.#parts.triggers.has(functionName, triggerId)
  }
}

/** The invocation that a tick asks for. Its event is the trigger's input, or AWS's scheduled event. */
export function tickAcceptance(tick: ScheduleTick, eventId: string): Acceptance {
  const { triggerId, functionName, qualifier, fireTime } = tick
  const event = tick.input === undefined ? scheduledEvent(tick, eventId) : tick.input
  return {
    functionName: targetOf(functionName, qualifier),
    event: Buffer.from(JSON.stringify(event)),
    cause: { kind: 'schedule', triggerId, detail: fireTime.toISOString() },
    dedupeKey: `schedule:${triggerId}:${fireTime.getTime()}`,
  }
}

/**
 * EventBridge's event, with the rule that it is of. One of EventBridge Scheduler has another source,
 * and its detail is a string.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
 */
function scheduledEvent({ triggerId, origin, fireTime }: ScheduleTick, id: string): object {
  const rule = `arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/${triggerId}`
  const isScheduler = origin?.startsWith('arn:aws:scheduler:') ?? false
  return eventBridgeEvent({
    id,
    detailType: 'Scheduled Event',
    source: isScheduler ? 'aws.scheduler' : 'aws.events',
    time: fireTime,
    resources: [origin ?? rule],
    detail: isScheduler ? '{}' : {},
  })
}
