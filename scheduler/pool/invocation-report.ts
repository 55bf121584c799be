import { billedMs } from '../../core/invocations/billed-duration.ts'
import type { EndedInvocation } from '../../core/invocations/invocation-tally.ts'
import type { FunctionError } from '../../core/protocol.ts'

/** What the last lines of an invocation say, as Lambda writes them. */
export interface Report extends EndedInvocation {
  id: string
  memoryMb: number
}

export function startLine(id: string, version: string): string {
  return `START RequestId: ${id} Version: ${version}`
}

export function endLine(id: string): string {
  return `END RequestId: ${id}`
}

export function reportLine(report: Report): string {
  const { id, durationMs, memoryMb, maxMemoryMb, initMs, errorType, timedOut } = report
  const init = initMs === undefined ? '' : `\tInit Duration: ${initMs.toFixed(2)} ms`
  const used = maxMemoryMb === undefined ? '' : `\tMax Memory Used: ${maxMemoryMb} MB`
  const status = errorType === undefined ? '' : `\t${statusOf(errorType, timedOut)}`
  return (
    `REPORT RequestId: ${id}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billedMs(report)} ms` +
    `\tMemory Size: ${memoryMb} MB${used}${init}${status}`
  )
}

function statusOf(errorType: string, timedOut: boolean): string {
  return timedOut ? 'Status: timeout' : `Status: error\tError Type: ${errorType}`
}

/** The line that tells why a sandbox did not live to answer; undefined where the runtime has told. */
export function failureLine(
  id: string,
  error: FunctionError,
  memoryMb: number,
): string | undefined {
  switch (error.errorType) {
    case 'Sandbox.Timedout':
      return error.errorMessage.replace(/^RequestId: \S+ Error: /, `${id} `)
    case 'Runtime.OutOfMemory':
      return `${error.errorMessage}\nOut of memory: the function may use ${memoryMb} MB, what lies in /tmp counted`
    case 'Runtime.ExitError':
    case 'Sandbox.Failure':
      return `${error.errorMessage}\n${error.errorType}`
    default:
      return undefined
  }
}
