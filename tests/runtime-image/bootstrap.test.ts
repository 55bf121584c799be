import t from 'tap'
import { PlayedPool } from './played-pool.ts'

t.test('a sandbox ends when its link closes, whatever state it is in', async (t) => {
  const generic = await PlayedPool.booted(t, {})
  generic.closeLink()
  t.equal((await generic.exit()).signal, 'SIGKILL')

  const idle = await PlayedPool.ready(
    t,
    'process.on("exit", () => { while (true); }); export const handler = async () => 1',
  )
  await idle.invoke({})
  idle.closeLink()
  t.equal((await idle.exit()).signal, 'SIGKILL', 'and no listener of the handler is run')
})

t.test('a sandbox ends when the pool speaks nonsense', async (t) => {
  const pool = await PlayedPool.booted(t, {})
  pool.sendRaw(Buffer.alloc(64, 0xff))
  t.equal((await pool.exit()).signal, 'SIGKILL')
})

t.test('an invocation before init is no invocation', async (t) => {
  const pool = await PlayedPool.booted(t, {})
  const { head } = await pool.invoke({})
  t.match(head, { type: 'fatal', error: { errorMessage: /sandbox that is generic/ } })
})

t.test('a second init is refused, one function a sandbox', async (t) => {
  const pool = await PlayedPool.ready(t, 'export const handler = async () => 1')
  t.match(await pool.init(), {
    type: 'fatal',
    error: { errorMessage: /"init" to a sandbox that is ready/ },
  })
})

t.test('a sandbox without a pool ends', async (t) => {
  const pool = await PlayedPool.make({})
  t.teardown(() => pool.close())
  await pool.stopListening()
  await t.rejects(pool.boot())
  t.equal((await pool.exit()).code, 1)
})

t.test('the environment is what init says and what Lambda promises, nothing else', async (t) => {
  const pool = await PlayedPool.booted(t, {
    'index.mjs':
      'const atLoad = { ...process.env }; export const handler = async () => ({ env: process.env, atLoad, cwd: process.cwd(), hour: new Date(0).getHours() })',
  })
  await pool.init({
    memoryMb: 256,
    egress: 'none',
    environment: {
      MINE: 'ünï=1',
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'fake',
      PATH: '/mine',
    },
  })
  const { env, atLoad, cwd, hour } = (await pool.invoke({})).value as Record<
    string,
    Record<string, string>
  >
  const task = `${pool.directory}/task`
  t.match(env, {
    MINE: 'ünï=1',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    PATH: '/mine',
    AWS_LAMBDA_FUNCTION_NAME: 'sample',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/sample',
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/26/[$LATEST]0123456789abcdef0123456789abcdef',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    LAMBDA_TASK_ROOT: task,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    _HANDLER: 'index.handler',
    TZ: ':UTC',
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    PWD: task,
  })
  t.strictSame(
    Object.keys(env ?? {}).sort(),
    [
      ...[
        'AWS_DEFAULT_REGION',
        'AWS_ENDPOINT_URL',
        'AWS_ENDPOINT_URL_LAMBDA',
        'AWS_ENDPOINT_URL_S3',
      ],
      ...['AWS_EXECUTION_ENV', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_NAME'],
      ...[
        'AWS_LAMBDA_FUNCTION_VERSION',
        'AWS_LAMBDA_INITIALIZATION_TYPE',
        'AWS_LAMBDA_LOG_GROUP_NAME',
      ],
      ...[
        'AWS_LAMBDA_LOG_STREAM_NAME',
        'AWS_REGION',
        'AWS_XRAY_CONTEXT_MISSING',
        'HOME',
        'LAMBDA_RUNTIME_DIR',
        'LAMBDA_TASK_ROOT',
      ],
      ...[
        'LANG',
        'LD_LIBRARY_PATH',
        'MINE',
        'NODE_PATH',
        'PATH',
        'PWD',
        'S3_ENDPOINT',
        'TZ',
        '_HANDLER',
      ],
    ],
    'nothing of the platform’s own',
  )
  t.strictSame(atLoad, env, 'complete when the module loads')
  t.equal(cwd, task)
  t.equal(hour, 0)
})

/** What nobody caught → the frames, the exit code of Lambda, the line in the log. */
const CRASHES: Record<string, { body: string; frames: object[]; code: number; line: RegExp }> = {
  'an exception in a timer while an invocation runs': {
    body: "setTimeout(() => { throw new RangeError('loose') }, 5); await new Promise((r) => setTimeout(r, 5000))",
    frames: [
      {
        type: 'fatal',
        error: { errorType: 'RangeError', errorMessage: 'loose' },
        handlerMs: Number,
        maxMemoryMb: Number,
      },
    ],
    code: 129,
    line: /\tinvocation-1\tERROR\tUncaught Exception \t/,
  },
  'a rejection that nobody handles while an invocation runs': {
    body: "Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 5000))",
    frames: [
      {
        type: 'fatal',
        error: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: lost' },
      },
    ],
    code: 128,
    line: /\tERROR\tUnhandled Promise Rejection \t/,
  },
  'an exception after the answer': {
    body: "setTimeout(() => { throw new RangeError('after') }, 20); return 'ok'",
    frames: [
      { type: 'result' },
      { type: 'fatal', error: { errorType: 'RangeError', errorMessage: 'after' } },
    ],
    code: 129,
    line: /\tERROR\tUncaught Exception \t/,
  },
  'a rejection after the answer': {
    body: "setTimeout(() => Promise.reject('why'), 20); return 'ok'",
    frames: [
      { type: 'result' },
      {
        type: 'fatal',
        error: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'why' },
      },
    ],
    code: 128,
    line: /\tERROR\tUnhandled Promise Rejection \t/,
  },
  'an error thrown in the listener of an emitter': {
    body: "const { EventEmitter } = await import('node:events'); setTimeout(() => new EventEmitter().emit('error', new TypeError('emitted')), 5); await new Promise((r) => setTimeout(r, 5000))",
    frames: [{ type: 'fatal', error: { errorType: 'TypeError', errorMessage: 'emitted' } }],
    code: 129,
    line: /Uncaught Exception/,
  },
}

for (const [what, { body, frames, code, line }] of Object.entries(CRASHES)) {
  t.test(`reports ${what}, and ends`, async (t) => {
    const pool = await PlayedPool.ready(t, `export const handler = async () => { ${body} }`)
    const [first, ...rest] = frames
    t.match((await pool.invoke({})).head, first)
    for (const frame of rest) t.match((await pool.next()).head, frame)
    t.equal((await pool.exit()).code, code)
    t.match(await pool.written(), line)
  })
}
