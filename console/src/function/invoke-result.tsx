import { DurationBar } from '../charts/duration-bar.tsx'
import { duration } from '../format.ts'
import { Json } from '../parts/json.tsx'
import { State } from '../parts/state.tsx'
import { InvocationLog } from './invocation-log.tsx'
import type { Called } from './invoke.ts'

/** Status, answer, where the time went, headers, and the log of this very invocation. */
export function InvokeResult({ name, called }: { name: string; called: Called }) {
  const { status, elapsedMs, timing, functionError, message, result, headers, invocationId } =
    called
  return (
    <section class="card" aria-label="Result">
      <p class="facts" role="status">
        <State of={result === undefined ? 'failed' : 'succeeded'} />
        <span>status {status}</span>
        <span>{duration(timing?.totalMs ?? elapsedMs)} in the platform</span>
        <span>{duration(elapsedMs)} seen here</span>
      </p>
      {message !== undefined && <p>{message}</p>}
      {functionError && (
        <Json
          label="Error"
          value={[
            `${functionError.errorType}: ${functionError.errorMessage}`,
            ...(functionError.trace ?? []),
          ].join('\n')}
        />
      )}
      {result !== undefined && <Json label="Answer" value={result} />}
      {timing && <DurationBar parts={timing.parts} totalMs={timing.totalMs} why={timing.why} />}
      {invocationId !== undefined && (
        <>
          <h3>Log</h3>
          <InvocationLog name={name} id={invocationId} />
        </>
      )}
      <details>
        <summary>Headers</summary>
        <Json
          label="Headers"
          value={headers.map(([header, value]) => `${header}: ${value}`).join('\n')}
        />
      </details>
    </section>
  )
}
