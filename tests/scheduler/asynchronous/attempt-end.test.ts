import t from 'tap'
import { type ErrorCode, HearthError } from '../../../core/errors.ts'
import { noTimings } from '../../../core/invocations/timings.ts'
import type { InvokeAnswer } from '../../../core/links/invoke-link.ts'
import { endOfAnswer, endOfError } from '../../../scheduler/asynchronous/attempt-end.ts'

const answer: InvokeAnswer = {
  executedVersion: '$LATEST',
  result: Buffer.from('{"a":1}'),
  timings: noTimings(),
}

t.test('an answer is the word of the function', async (t) => {
  t.same(endOfAnswer(answer), {
    outcome: 'succeeded',
    timings: answer.timings,
    result: answer.result,
    executedVersion: '$LATEST',
  })
  const functionError = { errorType: 'Runtime.ExitError', errorMessage: 'exit code 1' }
  t.same(endOfAnswer({ ...answer, result: Buffer.alloc(0), functionError, timedOut: true }), {
    outcome: 'functionError',
    timings: answer.timings,
    error: functionError,
    executedVersion: '$LATEST',
  })
})

t.test('a record holds JSON, whatever a streaming handler wrote', (t) => {
  const written = (text: string) =>
    String(endOfAnswer({ ...answer, contentType: 'text/plain', result: Buffer.from(text) }).result)
  t.equal(written('{"a":1}'), '{"a":1}')
  t.equal(written('<p>"ü"'), JSON.stringify('<p>"ü"'))
  t.equal(written(''), '""')
  t.end()
})

t.test('without an answer the error says whose fault it was', async (t) => {
  const table: [ErrorCode, string][] = [
    ['TooManyRequests', 'throttled'],
    ['InvalidJson', 'refused'],
    ['PayloadTooLarge', 'refused'],
    ['FunctionNotFound', 'refused'],
    ['FunctionTimedOut', 'functionError'],
    ['SandboxFailed', 'platformFault'],
    ['EngineUnavailable', 'platformFault'],
    ['RedisUnavailable', 'platformFault'],
    ['ShuttingDown', 'platformFault'],
    ['Internal', 'platformFault'],
  ]
  for (const [code, outcome] of table) {
    const end = endOfError(new HearthError(code))
    t.equal(end.outcome, outcome, code)
    t.equal(end.error?.errorType, code)
  }
  t.match(endOfError(new TypeError('bug')), {
    outcome: 'platformFault',
    error: { errorType: 'Internal', errorMessage: 'bug' },
  })
  t.match(endOfError('text'), { outcome: 'platformFault', error: { errorMessage: 'text' } })
})
