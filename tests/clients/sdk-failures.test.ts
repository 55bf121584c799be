import t from 'tap'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { sdkOf } from '../fixtures/sdk-client.ts'

await needsEngine(t)

const platform = await startPlatform()
t.teardown(() => platform.stop())
const { client, createActive, invoke } = sdkOf(platform.url)
t.teardown(() => client.destroy())

/** How functions fail, and what their callers are then given. */
const FAILURES: Record<string, { source: string; error: Record<string, unknown> }> = {
  'an error that was thrown': {
    source: 'export const handler = async () => { throw new RangeError("too far") }',
    error: { errorType: 'RangeError', errorMessage: 'too far', trace: [/^RangeError: too far$/] },
  },
  'what is no error': {
    source: 'export const handler = async () => { throw "only words" }',
    error: { errorType: 'string', errorMessage: 'only words' },
  },
  'no answer in time': {
    source: 'export const handler = () => new Promise(() => setTimeout(() => {}, 60_000))',
    error: {
      errorType: 'Sandbox.Timedout',
      errorMessage: /^RequestId: \S{36} Error: Task timed out after 1\.00 seconds$/,
    },
  },
  'an exit without a word': {
    source: 'export const handler = async () => process.exit(0)',
    error: {
      errorType: 'Runtime.ExitError',
      errorMessage: /^RequestId: \S{36} Error: Runtime exited without providing a reason$/,
    },
  },
  'an exit with a status': {
    source: 'export const handler = async () => process.exit(3)',
    error: {
      errorType: 'Runtime.ExitError',
      errorMessage: /^RequestId: \S{36} Error: Runtime exited with error: exit status 3$/,
    },
  },
  'an answer that is too large': {
    source: 'export const handler = async () => "x".repeat(7_000_000)',
    error: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage:
        /Response payload size exceeded maximum allowed payload size \(6291556 bytes\)\.$/,
    },
  },
  'a module that is missing': {
    source: 'import "nowhere"; export const handler = async () => 1',
    error: { errorType: 'Runtime.ImportModuleError', errorMessage: /nowhere/ },
  },
  'a handler that is missing': {
    source: 'export const other = async () => 1',
    error: {
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: 'index.handler is undefined or not exported',
    },
  },
}

for (const [what, { source, error }] of Object.entries(FAILURES)) {
  t.test(`${what} is the answer of a call that succeeded`, async (t) => {
    const name = what.replaceAll(' ', '-')
    await createActive(name, source, { Timeout: 1 })
    const answer = await invoke(name, {}, { LogType: 'Tail' })
    t.match(answer, { StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST' })
    t.match(answer.result, error)
    const log = Buffer.from(String(answer.LogResult), 'base64').toString()
    t.match(log, new RegExp(`REPORT RequestId: ${answer.$metadata.requestId}`))
    t.ok(log.length <= 4096)
  })
}

t.test('no answer at all is null', async (t) => {
  await createActive('nothing', 'export const handler = async () => undefined')
  const { text, FunctionError } = await invoke('nothing', {})
  t.same([text, FunctionError], ['null', undefined])
})
