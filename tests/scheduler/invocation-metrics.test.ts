import t from 'tap'
import { HearthError } from '../../core/errors.ts'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import type { EndedInvocation } from '../../core/invocations/invocation-tally.ts'
import { exposition } from '../../core/metrics/prometheus.ts'
import { InvocationMetrics } from '../../scheduler/invocation-metrics.ts'
import { poolFamilies } from '../../scheduler/pool-metrics.ts'
import { readExposition } from '../fixtures/exposition.ts'

const PLAIN: EndedInvocation = {
  durationMs: 3,
  maxMemoryMb: 60,
  initMs: undefined,
  errorType: undefined,
  timedOut: false,
  isProvisioned: false,
  start: 'warm',
}
const definition = (name: string) => ({ name }) as FunctionDefinition
const read = async (metrics: InvocationMetrics) =>
  readExposition(await exposition(metrics.families()))

t.test('ends and refusals are counted by kind, each once', async (t) => {
  const metrics = new InvocationMetrics(() => true)
  const ended = (fields: Partial<EndedInvocation>) =>
    metrics.ended(definition('f'), { ...PLAIN, ...fields })
  ended({})
  ended({ start: 'thawed', durationMs: 0.2 })
  ended({ start: 'generic', initMs: 5, durationMs: 40 })
  ended({ start: 'new', initMs: 50, durationMs: 2_000_000 })
  ended({ initMs: 5, errorType: 'Runtime.HandlerNotFound' })
  ended({ errorType: 'TypeError' })
  ended({ errorType: 'Sandbox.Timedout', timedOut: true })
  ended({ errorType: 'Runtime.OutOfMemory' })
  ended({ errorType: 'Runtime.ExitError' })
  for (const code of ['TooManyRequests', 'SandboxFailed', 'InvalidJson'] as const) {
    metrics.refused(definition('f'), new HearthError(code))
  }
  metrics.refused(definition('f'), new Error('a mistake of ours'))
  const { sum } = await read(metrics)
  t.equal(sum('hearth_invocations_total', { function: 'f' }), 9)
  t.equal(sum('hearth_throttles_total', { function: 'f' }), 1)
  const errors = (kind: string) => sum('hearth_invocation_errors_total', { function: 'f', kind })
  const kinds = ['runtime', 'handler', 'timeout', 'out-of-memory', 'exit']
  for (const kind of [...kinds, 'SandboxFailed', 'InvalidJson', 'Internal']) {
    t.equal(errors(kind), 1, kind)
  }
  t.equal(sum('hearth_invocation_errors_total'), 8, 'a throttle is none')
  const starts = (start: string) => sum('hearth_starts_total', { start })
  t.strictSame(['warm', 'thawed', 'generic', 'new', 'failed'].map(starts), [5, 1, 1, 1, 1])
  const below = (le: string) => sum('hearth_invocation_duration_seconds_bucket', { le })
  t.strictSame(['0.0005', '0.004', '0.064', '16.384', '+Inf'].map(below), [1, 7, 8, 8, 9])
  t.equal(sum('hearth_invocation_duration_seconds_count'), 9)
  t.equal(sum('hearth_invocation_duration_seconds_sum').toFixed(4), '2000.0582')
})

t.test('however many functions there are, the labels are bounded', async (t) => {
  const metrics = new InvocationMetrics(() => true)
  for (let n = 0; n < 150; n += 1) metrics.ended(definition(`f${n}`), PLAIN)
  const before = await read(metrics)
  t.equal(before.sum('hearth_invocations_total'), 150)
  t.equal(before.sum('hearth_invocations_total', { function: '(other)' }), 50)
  t.ok(before.values.size < 5000, `${before.values.size} samples`)
  metrics.forget('f0')
  metrics.ended(definition('new'), PLAIN)
  t.equal((await read(metrics)).sum('hearth_invocations_total', { function: 'new' }), 1)
})

t.test('what ends after its function was deleted begins no label', async (t) => {
  const known = new Set(['f'])
  const metrics = new InvocationMetrics((name) => known.has(name))
  metrics.ended(definition('f'), PLAIN)
  known.delete('f')
  metrics.forget('f')
  metrics.ended(definition('f'), PLAIN)
  metrics.refused(definition('f'), new HearthError('SandboxFailed'))
  const { sum } = await read(metrics)
  t.equal(sum('hearth_invocations_total', { function: 'f' }), 0)
  t.equal(sum('hearth_invocations_total', { function: '(other)' }), 1)
})

t.test('sandboxes and engine calls are told as they are', async (t) => {
  const tally = { calls: 9, running: 1, refused: 2, unanswered: 3, late: 1, repeated: 0, maxMs: 5 }
  const families = poolFamilies({
    sandboxes: { generic: 4, idle: 3, frozen: 2, busy: 1, starting: 0 },
    workerRestarts: 6,
    engineReport: {
      freezing: 'engine',
      calls: { start: { ...tally, totalMs: 1500 } },
      quarantined: [],
      orphanedShims: [{ pid: 7, containerId: 'c' }],
    },
  })
  const { sum, types } = readExposition(await exposition(families))
  t.equal(sum('hearth_sandboxes', { state: 'frozen' }), 2)
  t.equal(sum('hearth_sandboxes'), 10)
  t.equal(sum('hearth_sandboxes_quarantined'), 0)
  t.equal(sum('hearth_orphaned_shims'), 1)
  t.equal(sum('hearth_turn_worker_restarts_total'), 6)
  t.equal(sum('hearth_engine_calls_total', { kind: 'start' }), 9)
  t.equal(sum('hearth_engine_call_seconds_total', { kind: 'start' }), 1.5)
  const failures = (how: string) => sum('hearth_engine_call_failures_total', { how })
  t.strictSame(['refused', 'unanswered', 'late'].map(failures), [2, 2, 1])
  t.equal(types.get('hearth_engine_calls_running'), 'gauge')
})
