import { HearthError } from '../../core/errors.ts'
import type { FunctionError } from '../../core/protocol.ts'
import type { SandboxEnd } from './driver.ts'

/** Lambda's limit of an answer, in its own message; 6 MB and a little for what wraps it. */
export const RESPONSE_BYTES_MAX = 6_291_556

/** What V8 writes when its heap is full; its exit status alone says only that it aborted. */
const HEAP_LIMIT = /JavaScript heap out of memory|FATAL ERROR: .*(?:heap limit|Allocation failed)/
const ABORTS = new Set([132, 133, 134, 139])

/** Words as Lambda's: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html */
export function timeoutError(id: string, timeoutMs: number): FunctionError {
  const seconds = (timeoutMs / 1000).toFixed(2)
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${id} Error: Task timed out after ${seconds} seconds`,
  }
}

/** What an invocation is answered whose sandbox ended before it did. */
export function endError(id: string, end: SandboxEnd, outputTail: string): FunctionError {
  if (isOutOfMemory(end, outputTail)) {
    return {
      errorType: 'Runtime.OutOfMemory',
      errorMessage: `RequestId: ${id} Error: Runtime exited with error: signal: killed`,
    }
  }
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${id} Error: Runtime exited ${reason(end)}`,
  }
}

export function isOutOfMemory(end: SandboxEnd, outputTail: string): boolean {
  if (end.oomKilled && end.exitCode !== 0) return true
  return end.exitCode !== undefined && ABORTS.has(end.exitCode) && HEAP_LIMIT.test(outputTail)
}

/** The platform's fault: its limit was still the generic one's. */
export function limitTooLate(): HearthError {
  const reason = 'it ran out of memory before its limit was raised'
  return new HearthError('SandboxFailed', { reason })
}

export function responseTooLarge(): FunctionError {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${RESPONSE_BYTES_MAX} bytes).`,
  }
}

/** The sandbox sent what its runtime never sends: code of the function has spoken on its link. */
export function brokenProtocol(id: string): FunctionError {
  return {
    errorType: 'Sandbox.Failure',
    errorMessage: `RequestId: ${id} Error: Sandbox broke the protocol and was removed`,
  }
}

function reason({ exitCode, signal }: SandboxEnd): string {
  if (signal) return `with error: signal: ${signal}`
  if (exitCode) return `with error: exit status ${exitCode}`
  return 'without providing a reason'
}
