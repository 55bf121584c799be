import type { Check } from '../diagnosis/check.ts'
import { type ErrorCode, type ErrorDetails, HearthError } from '../errors.ts'
import type {
  InvokeAnswer,
  ProvisionedState,
  SandboxReport,
  SchedulerHealth,
} from './invoke-link.ts'

/**
 * The invoke link between services: frames of core/protocol.ts over TCP, many requests at once,
 * each answer named by its request's number. The first frame must be `enter` with the token that
 * both services share; nothing else is read before it.
 */
export type LinkRequest =
  | { type: 'enter'; token: string }
  | LinkInvoke<'invoke'>
  /** The answer is wanted as it comes, as `begun` and `chunk` before the `answer`. */
  | LinkInvoke<'stream'>
  /** So many bytes of chunks have been read: as many more may come. */
  | { type: 'taken'; n: number; bytes: number }
  /** Nobody reads the chunks any more; the answer is still due. */
  | { type: 'leave'; n: number }
  | LinkLookUp

interface LinkInvoke<Type> {
  type: Type
  n: number
  id: string
  functionName: string
  qualifier?: string
  atOnce?: boolean
  clientContext?: string
  depth?: number
  patient?: boolean
  byUrl?: boolean
  traceId?: string
  traceparent?: string
  logTail?: boolean
}

/** What is asked about functions and sandboxes: its answer is one frame. */
export type LinkLookUp =
  | { type: 'announce' | 'provisioned'; n: number; functionName: string }
  | { type: 'health' | 'metrics' | 'sandboxes' | 'diagnose'; n: number }
  | { type: 'end'; n: number; sandbox: string }

export type LinkAnswer =
  | { type: 'begun'; n: number; executedVersion: string; contentType: string }
  | { type: 'chunk'; n: number }
  | { type: 'answer'; n: number; answer: Omit<InvokeAnswer, 'result'> }
  | { type: 'done'; n: number }
  | { type: 'kept'; n: number; states: ProvisionedState[] }
  | { type: 'healthy'; n: number; health: SchedulerHealth }
  | { type: 'running'; n: number; sandboxes: SandboxReport[] }
  /** Its body has the metrics as JSON. */
  | { type: 'measured'; n: number }
  | { type: 'diagnosed'; n: number; checks: Check[] }
  | { type: 'failed'; n: number; error: WireError }

interface WireError {
  code: ErrorCode
  details: ErrorDetails
  retryAfterSeconds?: number
}

export function errorToWire(error: unknown): WireError {
  if (!(error instanceof HearthError)) return { code: 'Internal', details: {} }
  const { code, details, retryAfterSeconds } = error
  return { code, details, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }
}

export function errorFromWire({ code, details, retryAfterSeconds }: WireError): HearthError {
  return new HearthError(
    code,
    details,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  )
}
