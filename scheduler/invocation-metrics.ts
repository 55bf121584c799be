import { HearthError } from '../core/errors.ts'
import type { FunctionDefinition } from '../core/functions/function.ts'
import { type EndedInvocation, InvocationTally } from '../core/invocations/invocation-tally.ts'
import { boundOf, DURATION_SCALE } from '../core/invocations/log-scale.ts'
import { LabelBound } from '../core/metrics/label-bound.ts'
import {
  type Histogram,
  histogramSamples,
  type MetricFamily,
  type Sample,
} from '../core/metrics/metric-family.ts'
import { type InvocationRecorder, isThrottle } from './pool/invocation-recorder.ts'

/** Functions with a label of their own: those that were called first. */
const FUNCTIONS_MAX = 100
/** Buckets of DURATION_SCALE whose bounds are shown: doubling from 0.5 ms to 16 s, then to 17 minutes. */
const SHOWN_BUCKETS = [8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 68, 76, 84, 92]
const DURATION = 'hearth_invocation_duration_seconds'

/** Of one function, since the start. */
class Counts {
  readonly tally = new InvocationTally()
  throttles = 0
  readonly starts = new Map<string, number>()
  readonly errors = new Map<string, number>()
}

/** Counts invocations for whoever watches the platform; made into metrics only when they are asked for. */
export class InvocationMetrics implements InvocationRecorder {
  readonly #isKnown: (functionName: string) => boolean
  readonly #functions = new LabelBound(FUNCTIONS_MAX, () => new Counts())

  /** Those that end after their function was deleted begin no label of its name. */
  constructor(isKnown: (functionName: string) => boolean) {
    this.#isKnown = isKnown
  }

  ended({ name }: FunctionDefinition, invocation: EndedInvocation): void {
    const counts = this.#functions.of(name, this.#isKnown)
    counts.tally.add(invocation)
    increment(counts.starts, startOf(invocation))
    const { errorType } = invocation
    if (errorType !== undefined) increment(counts.errors, errorKind(errorType, invocation.timedOut))
  }

  refused({ name }: FunctionDefinition, error: Error): void {
    const counts = this.#functions.of(name, this.#isKnown)
    if (isThrottle(error)) counts.throttles += 1
    else increment(counts.errors, error instanceof HearthError ? error.code : 'Internal')
  }

  /** Of a function that is gone. */
  forget(functionName: string): void {
    this.#functions.forget(functionName)
  }

  families(): MetricFamily[] {
    return [
      {
        name: 'hearth_invocations_total',
        help: 'Invocations that ran, or failed as their function could not be loaded',
        type: 'counter',
        values: this.#each(({ tally }, labels) => [{ labels, value: tally.invocations }]),
      },
      {
        name: 'hearth_invocation_errors_total',
        help: 'Invocations that failed or were refused, but for throttles, by kind: of the function (handler, timeout, out-of-memory, exit, runtime), or the code of the platform’s error',
        type: 'counter',
        values: this.#each(({ errors }, labels) => samplesBy('kind', errors, labels)),
      },
      {
        name: 'hearth_throttles_total',
        help: 'Attempts at invocations that were refused for want of room',
        type: 'counter',
        values: this.#each(({ throttles }, labels) => [{ labels, value: throttles }]),
      },
      {
        name: 'hearth_starts_total',
        help: 'How the sandbox of an invocation was had: warm, thawed; cold: generic, new, failed (its function could not be loaded)',
        type: 'counter',
        values: this.#each(({ starts }, labels) => samplesBy('start', starts, labels)),
      },
      {
        name: DURATION,
        help: 'Duration of invocations until their answer, without init',
        type: 'histogram',
        values: this.#each(({ tally }, labels) =>
          histogramSamples(DURATION, labels, histogramOf(tally)),
        ),
      },
    ]
  }

  #each(samples: (counts: Counts, labels: { function: string }) => Sample[]): Sample[] {
    const all: Sample[] = []
    for (const [name, counts] of this.#functions.entries()) {
      all.push(...samples(counts, { function: name }))
    }
    return all
  }
}

function startOf({ start, initMs }: EndedInvocation): string {
  return initMs !== undefined && start === 'warm' ? 'failed' : start
}

function errorKind(errorType: string, timedOut: boolean): string {
  if (timedOut) return 'timeout'
  if (errorType === 'Runtime.OutOfMemory') return 'out-of-memory'
  if (errorType === 'Runtime.ExitError') return 'exit'
  return errorType.startsWith('Runtime.') ? 'runtime' : 'handler'
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function samplesBy(
  label: string,
  counts: ReadonlyMap<string, number>,
  labels: Record<string, string>,
): Sample[] {
  return Array.from(counts, ([key, value]) => ({ labels: { ...labels, [label]: key }, value }))
}

function histogramOf({ durations, durationUs, invocations }: InvocationTally): Histogram {
  const upTo: [number, number][] = []
  let below = 0
  let next = 0
  for (const bucket of SHOWN_BUCKETS) {
    for (; next <= bucket; next += 1) below += durations[next] ?? 0
    upTo.push([boundOf(DURATION_SCALE, bucket) / 1000, below])
  }
  return { upTo, sumSeconds: durationUs / 1e6, count: invocations }
}
