import type { HearthError } from '../../core/errors.ts'
import type { Call } from './call.ts'

/** Whom a sandbox tells what becomes of it. */
export interface SandboxListener<Sandbox> {
  /** It ended by the platform's fault before it could answer; the call is the listener's again. */
  faulted(call: Call, fault: HearthError): void
  /** It ran out of a generic one's memory before it was given its function's. */
  outgrown(sandbox: Sandbox): void
  /** It was frozen, could not be thawed and is gone; the call, of which nothing has run, is the listener's again. */
  unserved(call: Call, fault: Error | undefined): void
  /** It was frozen, and has begun its invocation; it may have room for more. */
  thawed(): void
  /** Its init has ended, or one invocation. */
  freed(sandbox: Sandbox): void
  /** It will not be used again; its removal is under way. */
  gone(sandbox: Sandbox): void
}
