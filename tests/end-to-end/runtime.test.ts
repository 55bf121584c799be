import t from 'tap'
import { makeZip } from '../../core/functions/zip.ts'
import { acquired, functionsOf, told } from '../fixtures/deployed-functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'

await needsEngine(t)

t.setTimeout(240_000)
const platform = await startPlatform()
t.teardown(() => platform.stop())
const { deploy, deployZip, call, result, logOf } = functionsOf(platform)

/** What a package may hold, and the handler that is named; each answers the event's `n`, doubled. */
const PACKAGES: Record<string, { files: Record<string, string>; handler?: string }> = {
  'a CommonJS file': { files: { 'index.cjs': 'exports.handler = async ({ n }) => n * 2' } },
  'CommonJS by default': {
    files: { 'index.js': 'module.exports.handler = async ({ n }) => n * 2' },
  },
  'CommonJS that requires a file and a package': {
    files: {
      'index.js':
        'const two = require("two"), { times } = require("./lib/times"); exports.handler = async ({ n }) => times(n, two)',
      'lib/times.js': 'exports.times = (a, b) => a * b',
      'node_modules/two/index.js': 'module.exports = 2',
    },
  },
  'an ES module by its ending': {
    files: { 'index.mjs': 'export const handler = async ({ n }) => n * 2' },
  },
  'an ES module by its package.json': {
    files: {
      'package.json': '{"type":"module"}',
      'index.js':
        'import { two } from "two"; const times = await Promise.resolve((a) => a * two); export const handler = async ({ n }) => times(n)',
      'node_modules/two/package.json': '{"name":"two","type":"module","exports":"./main.js"}',
      'node_modules/two/main.js': 'export const two = 2',
    },
  },
  TypeScript: {
    files: {
      'index.ts':
        'import { type Event, two } from "./event.ts"; export const handler = async ({ n }: Event): Promise<number> => n * two',
      'event.ts': 'export interface Event { n: number }; export const two: number = 2',
    },
  },
  'a TypeScript module': {
    files: { 'index.mts': 'export const handler = async (e: { n: number }) => e.n * 2' },
  },
  'a nested path': {
    files: { 'src/api/app.mjs': 'export const run = async ({ n }) => n * 2' },
    handler: 'src/api/app.run',
  },
  'an export within an export': {
    files: { 'index.js': 'exports.api = { double: async ({ n }) => n * 2 }' },
    handler: 'index.api.double',
  },
  'a plain function': { files: { 'index.mjs': 'export const handler = ({ n }) => n * 2' } },
  'callback style': {
    files: {
      'index.js':
        'exports.handler = (event, context, callback) => { setTimeout(() => callback(null, event.n * 2), 5) }',
    },
  },
  'callback style that does not wait for the loop': {
    files: {
      'index.js':
        'exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); callback(null, event.n * 2) }',
    },
  },
}

for (const [what, { files, handler = 'index.handler' }] of Object.entries(PACKAGES)) {
  t.test(`takes ${what}`, async (t) => {
    const name = await deployZip(await makeZip(files), { handler })
    t.equal(await result(name, { n: 21 }), 42)
    t.equal(await result(name, { n: 4 }), 8)
  })
}

t.test('import finds the packages of NODE_PATH, as require does', async (t) => {
  const files = {
    'index.mjs': `import { times } from 'times'
      import { createRequire } from 'node:module'
      const own = createRequire(import.meta.url)('both')
      export const handler = async ({ missing }) => (missing ? import('nowhere') : [times(21), own])`,
    'layer/node_modules/times/package.json': '{"type":"module","exports":{"import":"./times.js"}}',
    'layer/node_modules/times/times.js':
      'import two from "two"; export const times = (n) => n * two',
    'layer/node_modules/two/index.js': 'module.exports = 2',
    'layer/node_modules/both/index.js': 'module.exports = "of the layer"',
    'node_modules/both/index.js': 'module.exports = "its own"',
  }
  const environment = { NODE_PATH: '/opt/nodejs/node_modules:/var/task/layer/node_modules' }
  const name = await deployZip(await makeZip(files), { environment })
  t.same(await result(name), [42, 'its own'])
  t.match(
    told(await call(name, { missing: true })),
    /Cannot find package 'nowhere' imported from \/var\/task/,
  )
})

t.test('an error of a callback is the answer', async (t) => {
  const files = {
    'index.js': 'exports.handler = (e, c, callback) => callback(new RangeError("called back"))',
  }
  t.equal(told(await call(await deployZip(await makeZip(files)))), 'RangeError: called back')
})

t.test('context and environment are those of Lambda', async (t) => {
  const name = await deploy(
    `export const handler = async (event, context) => ({
       ...context, left: context.getRemainingTimeInMillis(), environment: process.env, cwd: process.cwd(),
     })`,
    { memoryMb: 256, timeoutSeconds: 7, environment: { STAGE: 'test', EMPTY: '' } },
  )
  const answer = await call(name)
  const id = answer.headers.get('x-invocation-id')
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`
  t.match(answer.body, {
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: '256',
    awsRequestId: id,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/,
    callbackWaitsForEmptyEventLoop: true,
    cwd: '/var/task',
    environment: {
      STAGE: 'test',
      EMPTY: '',
      _HANDLER: 'index.handler',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: /./,
      LAMBDA_TASK_ROOT: '/var/task',
      LAMBDA_RUNTIME_DIR: '/var/runtime',
      TZ: ':UTC',
      LANG: /UTF-8/,
    },
  })
  const { left } = answer.body as { left?: number }
  t.ok(left && left > 0 && left <= 7000)
})

t.test(
  'global state and /tmp stay while the sandbox does; nothing else can be written',
  async (t) => {
    const name = await deploy(
      `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
     let calls = 0
     export const handler = async () => {
       appendFileSync('/tmp/calls', String(++calls))
       const refused = ['/var/task/index.mjs', '/opt/x', '/etc/x'].map((path) => {
         try { writeFileSync(path, '') } catch (error) { return error.code }
       })
       return { calls, kept: readFileSync('/tmp/calls', 'utf8'), refused }
     }`,
    )
    const refused = ['EROFS', 'EROFS', 'EROFS']
    t.match(await result(name), { calls: 1, kept: '1', refused: [/EROFS|EACCES/] })
    t.same(await result(name), { calls: 2, kept: '12', refused })
  },
)

t.test('a sandbox runs one invocation at a time', async (t) => {
  const name = await deploy(
    `let running = 0
     export const handler = async () => {
       running += 1
       const seen = running
       await new Promise((resolve) => setTimeout(resolve, 50))
       running -= 1
       return seen
     }`,
  )
  const seen = await Promise.all(Array.from({ length: 12 }, () => result(name)))
  t.same(new Set(seen), new Set([1]))
})

t.test('what is written becomes lines of its own invocation, from START to REPORT', async (t) => {
  const name = await deploy(
    `import { execSync } from 'node:child_process'
     export const handler = async ({ n }) => {
       console.log('log', n)
       console.error('error', n)
       console.log('two\\nlines')
       process.stdout.write('raw ' + n + '\\n')
       execSync('echo child ' + n, { stdio: 'inherit' })
       process.stderr.write('no end ' + n)
     }`,
  )
  for (const n of [1, 2, 3]) {
    const answer = await call(name, { n })
    t.equal(answer.text, 'null')
    const id = answer.headers.get('x-invocation-id')
    const lines = await logOf(name, answer)
    t.equal(lines[0], `START RequestId: ${id} Version: $LATEST`)
    t.equal(lines.at(-2), `END RequestId: ${id}`)
    const init = n === 1 ? '\\tInit Duration: [\\d.]+ ms' : ''
    const report = `^REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d+ MB${init}$`
    t.match(lines.at(-1), new RegExp(report))
    const own = lines.slice(1, -2).sort()
    for (const text of [`log ${n}`, `error ${n}`, `raw ${n}`, `child ${n}`, `no end ${n}`]) {
      t.equal(own.filter((line) => line.endsWith(text)).length, 1, text)
    }
    t.ok(
      own.some((line) => line.endsWith('two\nlines')),
      'a record is one line of the log',
    )
    t.equal(own.length, 6)
  }
  t.equal(acquired(await call(name, { n: 4 })), 'warm')
})
