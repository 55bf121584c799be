import type { RecordConfiguration } from '../functions/function.ts'
import { isTooDeep } from '../json-depth.ts'
import { bytesOf, type Payload } from '../payloads/payload.ts'
import { redact } from './redaction.ts'

/** A larger event or result is not kept. */
export const BODY_BYTES_MAX = 64 * 1024

/** An event and a result, as they are, or why one was not even held. */
export interface HeldBodies {
  event: Buffer | string
  result?: Buffer | string | undefined
}

/** What an invocation was called with and answered, as JSON; a reason stands for what is not kept. */
export interface KeptBodies {
  event?: string
  eventOmitted?: string
  result?: string
  resultOmitted?: string
}

/** What is kept of an event and a result, by what the function wants. */
export function keptBodies({ event, result }: HeldBodies, of: RecordConfiguration): KeptBodies {
  const rules = of.redact ?? []
  const [keptEvent, eventOmitted] = kept(event, rules)
  const bodies: KeptBodies = keptEvent === undefined ? { eventOmitted } : { event: keptEvent }
  if (result === undefined) return bodies
  const [keptResult, resultOmitted] = kept(result, rules)
  return keptResult === undefined ? { ...bodies, resultOmitted } : { ...bodies, result: keptResult }
}

/** As it is to be held until it is kept: the bytes, or where they are too many, only that they are. */
export function heldBody(bytes: Buffer): Buffer | string {
  return bytes.length > BODY_BYTES_MAX ? tooLarge(bytes.length) : bytes
}

/** The same of a payload, which lies beside its record only where it is too large to be kept. */
export function heldPayload(payload: Payload): Buffer | string {
  return Buffer.isBuffer(payload) ? heldBody(payload) : tooLarge(bytesOf(payload))
}

function tooLarge(bytes: number): string {
  return `It has ${bytes} bytes, and at most ${BODY_BYTES_MAX} are kept`
}

/** The JSON, or why it is not kept. */
function kept(
  body: Buffer | string,
  rules: readonly string[],
): [json: string] | [json: undefined, reason: string] {
  if (typeof body === 'string') return [undefined, body]
  if (isTooDeep(body)) return [undefined, 'It is nested too deep']
  try {
    const text = body.length === 0 ? 'null' : body.toString()
    const json = redact(text, rules)
    // What is to be shown inside other JSON must be JSON itself.
    if (rules.length === 0) JSON.parse(json)
    return [json]
  } catch {
    return [undefined, 'It is no JSON']
  }
}
