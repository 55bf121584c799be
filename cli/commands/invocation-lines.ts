import type { Invocation } from '../../api/shapes.ts'
import { ago } from '../amount-text.ts'
import { fields } from '../table.ts'

/** Type and message of what it ended with; empty where it did not fail. */
export function errorOf({ error, errorType, errorMessage }: Invocation): string {
  const type = error?.errorType ?? errorType
  const message = error?.errorMessage ?? errorMessage
  return [type, message].filter((part) => part !== undefined).join(': ')
}

/** All that is known of one, for a reader. */
export function invocationLines(one: Invocation): string[] {
  const { cause, delivery } = one
  return [
    ...fields({
      id: one.id,
      function: one.functionName + (one.qualifier ? `:${one.qualifier}` : ''),
      version: one.version,
      type: one.type,
      state: one.state,
      cause: cause && [cause.kind, cause.detail].filter(Boolean).join(' '),
      created: `${one.createdAt} (${ago(one.createdAt)} ago)`,
      ended: one.endedAt,
      duration: one.durationMs === undefined ? undefined : `${one.durationMs} ms`,
      memory: one.memoryMb === undefined ? undefined : `${one.memoryMb} MB`,
      start: one.start,
      time: timeText(one.timings),
      error: errorOf(one),
      result: one.result === undefined ? undefined : JSON.stringify(one.result),
      delivery: delivery && [delivery.state, delivery.destination, delivery.error].join(' ').trim(),
      'taken up as': one.redrivenAs,
    }),
    ...(one.attempts ?? []).map(({ startedAt, outcome = 'runs', errorType = '', timings }, index) =>
      `attempt ${index + 1}  ${startedAt}  ${outcome} ${errorType} ${timeText(timings) ?? ''}`.trimEnd(),
    ),
    ...(one.error?.trace ?? []).map((line) => `  ${line}`),
  ]
}

/** Where the time went: "queue 0.1, acquire 1.2, …" in milliseconds, what took none left out. */
function timeText(timings: Invocation['timings']): string | undefined {
  if (!timings) return undefined
  const parts = Object.entries(timings).flatMap(([name, value]) =>
    name.endsWith('Ms') && typeof value === 'number' && value > 0
      ? `${name.slice(0, -2)} ${value} ms`
      : [],
  )
  return [timings.start, ...parts].filter(Boolean).join(', ')
}
