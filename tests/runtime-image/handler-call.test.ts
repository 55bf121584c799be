import t from 'tap'
import { PlayedPool, type Teardown } from './played-pool.ts'

async function handling(test: Teardown, source: string): Promise<PlayedPool> {
  const pool = await PlayedPool.booted(test, { 'index.js': source })
  const { type } = await pool.init({ environment: { AWS_REGION: 'eu-west-1' } })
  if (type !== 'ready') throw new Error(`Not ready: ${type}`)
  return pool
}

/** A handler's source → its answer, whatever its style. */
const ANSWERS: Record<string, [source: string, value: unknown]> = {
  'an async function': ['exports.handler = async (e) => e.n + 1', 2],
  'a function that returns a promise': ['exports.handler = (e) => Promise.resolve(e.n)', 1],
  'a function that returns a value': ['exports.handler = (e) => ({ n: e.n })', { n: 1 }],
  'nothing returned by an async function': ['exports.handler = async () => {}', null],
  'nothing returned by a plain function': ['exports.handler = () => {}', null],
  'a function returned': ['exports.handler = async () => () => 1', null],
  'a callback called at once': ['exports.handler = (e, c, cb) => { cb(null, e.n) }', 1],
  'a callback called later': [
    'exports.handler = (e, c, cb) => { setTimeout(cb, 5, null, "l") }',
    'l',
  ],
  'a callback that waits for the event loop': [
    'let n = 0; exports.handler = (e, c, cb) => { const v = {}; cb(null, v); setTimeout(() => { v.n = 1 }, 20) }',
    { n: 1 },
  ],
  'a callback that does not wait': [
    'exports.handler = (e, c, cb) => { c.callbackWaitsForEmptyEventLoop = false; const v = {}; cb(null, v); setTimeout(() => { v.n = 1 }, 20) }',
    {},
  ],
  'a callback that is never called': ['exports.handler = (e, c, cb) => 5', null],
  'context.succeed': ['exports.handler = (e, c) => { setTimeout(() => c.succeed("s"), 5) }', 's'],
  'context.done': ['exports.handler = (e, c) => { c.done(null, "d") }', 'd'],
  'a foreign promise': ['exports.handler = () => ({ then(ok) { ok("t") } })', 't'],
  toJSON: ['exports.handler = async () => new Date(0)', '1970-01-01T00:00:00.000Z'],
}

for (const [style, [source, value]] of Object.entries(ANSWERS)) {
  t.test(`answers for ${style}`, async (t) => {
    const pool = await handling(t, source)
    t.match(await pool.invoke({ n: 1 }), { head: { type: 'result', maxMemoryMb: Number } })
    t.strictSame((await pool.invoke({ n: 1 })).value, value, 'warm')
  })
}

/** A handler's source → its error; the sandbox must answer the next invocation. */
const ERRORS: Record<string, [source: string, error: Record<string, unknown>]> = {
  'an error thrown': [
    'throw new TypeError("bad")',
    { errorType: 'TypeError', errorMessage: 'bad', trace: ['TypeError: bad', /index\.js:1/] },
  ],
  'an error of its own class': [
    'class NotFound extends Error { constructor(m) { super(m); this.name = "NotFound" } } throw new NotFound("who")',
    { errorType: 'NotFound', errorMessage: 'who' },
  ],
  'an error with a cause': [
    'throw new Error("outer", { cause: new RangeError("inner") })',
    { errorMessage: 'outer', trace: /Caused by: RangeError: inner/ },
  ],
  'a string thrown': ['throw "text"', { errorType: 'string', errorMessage: 'text', trace: [] }],
  'a number thrown': ['throw 7', { errorType: 'number', errorMessage: '7' }],
  'an object thrown': ['throw { code: 5 }', { errorType: 'object', errorMessage: '{ code: 5 }' }],
  'null thrown': ['throw null', { errorType: 'null', errorMessage: 'null' }],
  'undefined thrown': ['throw undefined', { errorType: 'undefined', errorMessage: 'undefined' }],
  'an error that cannot be read': [
    'throw new Proxy(new Error("x"), { get() { throw new Error("y") } })',
    { errorType: 'Error', errorMessage: /cannot be read/ },
  ],
  'a message of a megabyte': [
    'throw new Error("\\u0001".repeat(1e6))',
    { errorType: 'Error', errorMessage: /^.{65536}…$/s },
  ],
  'context.fail': [
    'c.fail(new RangeError("f")); return',
    { errorType: 'RangeError', errorMessage: 'f' },
  ],
  'a callback with an error': [
    'cb(new RangeError("cb"))',
    { errorType: 'RangeError', errorMessage: 'cb' },
  ],
  'a callback with a text': ['cb("plain")', { errorType: 'string', errorMessage: 'plain' }],
  'a cycle': [
    'const a = {}; a.a = a; c.succeed(a)',
    { errorType: 'Runtime.MarshalError', errorMessage: /^Unable to marshal response: .*circular/ },
  ],
  'a BigInt': ['c.succeed(1n)', { errorType: 'Runtime.MarshalError', errorMessage: /BigInt/ }],
  'a toJSON that throws': [
    'c.succeed({ toJSON() { throw new Error("no") } })',
    { errorType: 'Runtime.MarshalError', errorMessage: 'Unable to marshal response: no' },
  ],
  'a value nested too deep for JSON': [
    'let a = 1; for (let i = 0; i < 1e5; i++) a = [a]; c.succeed(a)',
    { errorType: 'Runtime.MarshalError' },
  ],
  'an answer over 6 MB': [
    'c.succeed("x".repeat(6291556))',
    {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    },
  ],
  'a stream': [
    'c.succeed(require("stream").Readable.from(["x"]))',
    { errorType: 'Runtime.InvalidResult', errorMessage: /returned a stream/ },
  ],
  'a web stream': [
    'c.succeed(new Response("x").body)',
    { errorType: 'Runtime.InvalidResult', errorMessage: /returned a stream/ },
  ],
}

for (const [failure, [body, error]] of Object.entries(ERRORS)) {
  t.test(`reports ${failure} and stays usable`, async (t) => {
    const pool = await handling(
      t,
      `exports.handler = (e, c, cb) => { if (e.ok) return c.succeed("ok"); ${body} }`,
    )
    const { head } = await pool.invoke({})
    if (head.type === 'error' && error.trace instanceof RegExp) {
      t.match(head.error.trace?.join('\n'), error.trace)
      delete error.trace
    }
    t.match(head, { type: 'error', id: 'invocation-1', handlerMs: Number, error })
    t.equal((await pool.invoke({ ok: true })).value, 'ok')
  })
}

t.test('the largest answer goes through', async (t) => {
  const pool = await handling(t, 'exports.handler = async () => "x".repeat(6291554)')
  t.equal(((await pool.invoke({})).value as string).length, 6291554)
})

t.test('an event that is not JSON is refused without the handler', async (t) => {
  const pool = await handling(t, 'let n = 0; exports.handler = async () => ++n')
  for (const text of ['', '{', '{"a":1}x', '['.repeat(3e6)]) {
    const { head } = await pool.invokeRaw(Buffer.from(text))
    t.match(head, { type: 'invalidEvent', id: 'invocation-1', reason: String })
  }
  t.equal((await pool.invoke({})).value, 1)
})

t.test('an event nested a million deep reaches the handler', async (t) => {
  const pool = await handling(t, 'exports.handler = async (e) => Array.isArray(e)')
  const depth = 1_000_000
  const { value } = await pool.invokeRaw(Buffer.from('['.repeat(depth) + ']'.repeat(depth)))
  t.equal(value, true)
})

t.test('global state stays between invocations, context does not', async (t) => {
  const pool = await handling(
    t,
    `let n = 0
     exports.handler = async (e, c) => ({ n: ++n, id: c.awsRequestId, seen: c.mark, mark: (c.mark = 1) })`,
  )
  t.match((await pool.invoke({}, { id: 'a' })).value, { n: 1, id: 'a', seen: undefined })
  t.match((await pool.invoke({}, { id: 'b' })).value, { n: 2, id: 'b', seen: undefined })
})

t.test('the context is Lambda’s', async (t) => {
  const pool = await handling(
    t,
    `exports.handler = async (e, c) => ({ ...c, left: c.getRemainingTimeInMillis(),
       methods: ['done', 'succeed', 'fail'].map((m) => typeof c[m]), trace: process.env._X_AMZN_TRACE_ID })`,
  )
  const { value } = await pool.invoke(
    {},
    { clientContext: '{"custom":{"a":1}}', traceId: 'Root=1' },
  )
  t.match(value, {
    functionName: 'sample',
    functionVersion: '$LATEST',
    memoryLimitInMB: '128',
    logGroupName: '/aws/lambda/sample',
    logStreamName: /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/,
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:sample',
    awsRequestId: 'invocation-1',
    callbackWaitsForEmptyEventLoop: true,
    clientContext: { custom: { a: 1 } },
    methods: ['function', 'function', 'function'],
    trace: 'Root=1',
  })
  const { left } = value as { left: number }
  t.ok(left > 0 && left <= 3000)
  t.match((await pool.invoke({})).value, { trace: undefined })
})
