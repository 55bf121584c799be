import type { KeptBodies } from '../bodies/kept-bodies.ts'
import { parseExact } from '../exact-json.ts'
import { LATEST, splitTarget } from '../functions/qualifier.ts'
import { destinationName } from './destination.ts'
import type { Attempt, Cause, Delivery } from './invocation.ts'
import { FINAL_STATES, type Invocation, type InvocationState } from './invocation.ts'
import { PLACES, type Timings } from './timings.ts'

/** Bytes of a stored record's fields, by name; see core/lua/accept.lua for who writes what. */
export type RecordFields = Record<string, Buffer>

/** An attempt as one line; what is not known at its end is left out. */
type AttemptLine = [
  startedMs: number,
  endedMs: number,
  outcome: NonNullable<Attempt['outcome']>,
  node: string,
  errorType?: string | null,
  timings?: TimingsLine,
  maxMemoryMb?: number,
]

/** In the order of `PLACES`; of the milliseconds three digits are enough. */
export type TimingsLine = [...number[], start: Timings['start'], why: string | null]

/**
 * The part of an attempt's line after its two times, which the script adds by Redis's clock, so
 * that all times of a record are of one clock.
 */
export function attemptLineEnd(attempt: {
  outcome: NonNullable<Attempt['outcome']>
  node: string
  errorType?: string | undefined
  timings?: Timings | undefined
  maxMemoryMb?: number | undefined
}): string {
  const { outcome, node, errorType, timings, maxMemoryMb } = attempt
  const rest: unknown[] = [outcome, node]
  if (errorType !== undefined || timings) rest.push(errorType ?? null)
  if (timings) rest.push(timingsLine(timings))
  if (timings && maxMemoryMb !== undefined) rest.push(Math.round(maxMemoryMb * 10) / 10)
  return JSON.stringify(rest).slice(1)
}

export function timingsLine(timings: Timings): TimingsLine {
  const places = PLACES.map((place) => Math.round(timings[place] * 1000) / 1000)
  return [...places, timings.start, timings.why ?? null]
}

export function readTimings(line: TimingsLine): Timings {
  const [start, why] = line.slice(PLACES.length) as [Timings['start'], string | null]
  const places = {} as Record<(typeof PLACES)[number], number>
  for (const [at, place] of PLACES.entries()) places[place] = line[at] as number
  return { ...places, start, ...(why !== null && { why }) }
}

/** Whoever claims: a scheduler's node and its boot, so that a restarted node knows its old claims. */
export interface Owner {
  nodeId: string
  bootId: string
}

export function ownerText(owner: Owner): string {
  return `${owner.nodeId}/${owner.bootId}`
}

export function ownerNode(text: string): string {
  return text.slice(0, text.lastIndexOf('/'))
}

/** Reads a record. Without its event, which only a claim needs. */
export function readRecord(id: string, fields: RecordFields): Invocation {
  const text = (name: string) => fields[name]?.toString()
  const state = text('state') as InvocationState
  const invocation: Invocation = {
    id,
    ...splitTarget(text('fn') ?? ''),
    version: text('version') ?? LATEST,
    type: 'Event',
    state,
    cause: JSON.parse(text('cause') ?? '{}') as Cause,
    createdAt: isoTime(text('at')),
    attempts: readAttempts(text('attempts')),
  }
  const owner = text('owner')
  if (state === 'running' && owner !== undefined) {
    invocation.attempts.push({ startedAt: isoTime(text('started')), node: ownerNode(owner) })
  }
  const ended = text('ended')
  if (ended !== undefined) invocation.endedAt = isoTime(ended)
  const result = text('result')
  if (result !== undefined) invocation.result = parseExact(result)
  const error = text('error')
  if (error !== undefined && FINAL_STATES.includes(state)) invocation.error = JSON.parse(error)
  Object.assign(invocation, readKept(text('kept')))
  const delivery = readDelivery(text)
  if (delivery) invocation.delivery = delivery
  const redrivenAs = text('redriven')
  if (redrivenAs !== undefined) invocation.redrivenAs = redrivenAs
  return invocation
}

/** What core/lua/complete.lua has written of its event. */
function readKept(kept: string | undefined): Pick<Invocation, 'event' | 'eventOmitted'> {
  if (kept === undefined) return {}
  const { event, eventOmitted } = JSON.parse(kept) as KeptBodies
  if (event !== undefined) return { event: parseExact(event) }
  return eventOmitted === undefined ? {} : { eventOmitted }
}

function readDelivery(text: (name: string) => string | undefined): Delivery | undefined {
  const destination = text('to')
  if (destination === undefined) return undefined
  const ended = text('delivered') ?? text('undelivered')
  const delivery: Delivery = {
    destination: destinationName(JSON.parse(destination)),
    state: text('delivered') ? 'delivered' : text('undelivered') ? 'dead' : 'waiting',
    attempts: Number(text('deliveries') ?? 0),
  }
  const error = text('deliveryError')
  if (error !== undefined) delivery.error = error
  if (ended !== undefined) delivery.endedAt = isoTime(ended)
  return delivery
}

function readAttempts(lines: string | undefined): Attempt[] {
  if (lines === undefined) return []
  return lines.split('\n').map((line) => {
    const [started, ended, outcome, node, errorType, timings, maxMemoryMb] = JSON.parse(
      line,
    ) as AttemptLine
    const attempt: Attempt = { startedAt: isoTime(started), endedAt: isoTime(ended), outcome, node }
    if (errorType) attempt.errorType = errorType
    if (timings) attempt.timings = readTimings(timings)
    if (maxMemoryMb !== undefined) attempt.maxMemoryMb = maxMemoryMb
    return attempt
  })
}

function isoTime(ms: string | number | undefined): string {
  return new Date(Number(ms)).toISOString()
}
