import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { HearthError } from '../../core/errors.ts'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import { FunctionStore } from '../../core/functions/function-store.ts'
import type { EndedInvocation } from '../../core/invocations/invocation-tally.ts'
import { noTimings } from '../../core/invocations/timings.ts'
import { JournalStore } from '../../core/journal/journal-store.ts'
import { createLogger } from '../../core/logs/logger.ts'
import { InvocationJournal } from '../../scheduler/invocation-journal.ts'
import type { RecordedCall } from '../../scheduler/pool/invocation-recorder.ts'
import { allPages, createFunction } from '../fixtures/journal.ts'
import { startRedis } from '../fixtures/redis.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const server = await startRedis()
t.teardown(() => server.stop())
const { redis } = server
await createFunction(redis, 'f')
const definition: FunctionDefinition = await new FunctionStore(redis).read('f')
const store = new JournalStore(redis)
const journal = new InvocationJournal(store, createLogger({ LOG_LEVEL: 'silent' }))

const THROWN: EndedInvocation = {
  durationMs: 3.2,
  maxMemoryMb: 60,
  initMs: undefined,
  errorType: 'Error',
  timedOut: false,
  isProvisioned: false,
  start: 'warm',
}
const call = (id: string, errorMessage?: string): RecordedCall => ({
  request: { id, functionName: 'f', event: Buffer.from('{}') },
  timings: noTimings(),
  enteredAt: performance.now(),
  errorMessage,
})

t.test('a long error is cut, and found by the type that is shown', async (t) => {
  const errorType = 'T'.repeat(500)
  journal.ended(definition, { ...THROWN, errorType }, call('long', 'm'.repeat(5000)))
  const [shown] = await allPages(store, { functionName: 'f' })
  t.equal(shown?.errorType, errorType.slice(0, 200))
  t.equal(shown?.errorMessage, 'm'.repeat(1000))
  const found = await allPages(store, { error: shown?.errorType ?? '' })
  t.strictSame(
    found.map(({ id }) => id),
    ['long'],
  )
})

t.test('what was refused has the code of the error, and nothing of a run', async (t) => {
  const error = new HearthError('TooManyRequests', { name: 'f', reason: 'r' })
  journal.refused(definition, error, call('refused'))
  const shown = await store.find('refused')
  t.match(shown, { state: 'failed', errorType: 'TooManyRequests', errorMessage: error.message })
  t.equal(shown?.durationMs, undefined)
  t.equal(shown?.timings, undefined)
})

t.test('of long messages no more is held than is kept', async (t) => {
  const count = 1000
  const bytes = 256 * 1024
  const heldBefore = held()
  for (let n = 0; n < count; n += 1) {
    journal.ended(definition, THROWN, call(`n${n}`, Buffer.alloc(bytes, 'm').toString()))
  }
  const grown = held() - heldBefore
  t.ok(grown < (count * bytes) / 16, `${Math.round(grown / 1024 / 1024)} MB more are held`)
  await journal.close()
})

function held(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
