import { HearthError } from '../../core/errors.ts'
import type { Completion } from '../../core/invocations/claim.ts'
import type { InvokeAnswer } from '../../core/links/invoke-link.ts'
import type { FunctionError } from '../../core/protocol.ts'

/** What an attempt came to, before anybody decides what follows. */
export interface AttemptEnd
  extends Pick<Completion, 'outcome' | 'error' | 'executedVersion' | 'timings' | 'maxMemoryMb'> {
  result?: Buffer
}

/** An answer is the handler's last word for this attempt, good or bad. */
export function endOfAnswer(answer: InvokeAnswer): AttemptEnd {
  const { executedVersion, functionError, timings, maxMemoryMb } = answer
  const of = { executedVersion, timings, ...(maxMemoryMb !== undefined && { maxMemoryMb }) }
  return functionError
    ? { outcome: 'functionError', error: functionError, ...of }
    : { outcome: 'succeeded', result: jsonOf(answer), ...of }
}

/** Without an answer it is the platform's fault, unless the request could not be served by anybody. */
export function endOfError(cause: unknown): AttemptEnd {
  if (!(cause instanceof HearthError)) {
    return { outcome: 'platformFault', error: { errorType: 'Internal', errorMessage: text(cause) } }
  }
  const error = { errorType: cause.code, errorMessage: cause.message }
  if (cause.code === 'TooManyRequests') return { outcome: 'throttled', error }
  if (cause.blame === 'caller') return { outcome: 'refused', error: withRemedy(cause) }
  return { outcome: cause.blame === 'function' ? 'functionError' : 'platformFault', error }
}

/** It is final, and nothing but this tells what to do about it. */
function withRemedy({ code, message, remedy }: HearthError): FunctionError {
  return { errorType: code, errorMessage: `${message}. ${remedy}` }
}

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** A record holds JSON: what a streaming handler wrote becomes text where it is none. */
function jsonOf({ contentType, result }: InvokeAnswer): Buffer {
  if (contentType === undefined) return result
  try {
    JSON.parse(result.toString())
    return result
  } catch {
    return Buffer.from(JSON.stringify(result.toString()))
  }
}
