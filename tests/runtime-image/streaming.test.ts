import t from 'tap'
import type { FromSandbox } from '../../core/protocol.ts'
import { PlayedPool } from './played-pool.ts'

interface Streamed {
  chunks: string[]
  contentType: string | undefined
  end: FromSandbox
  rest: string
}

/** All frames of one invocation. */
async function stream(pool: PlayedPool, fields: object = { stream: true }): Promise<Streamed> {
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:sample'
  const head = { type: 'invoke', id: 'one', deadlineMs: Date.now() + 3000, arn, ...fields }
  pool.send(head, Buffer.from('{"a":1}'))
  const chunks: string[] = []
  let contentType: string | undefined
  for (;;) {
    const { head, body } = await pool.next()
    if (head.type !== 'chunk') return { chunks, contentType, end: head, rest: String(body) }
    if (chunks.length === 0) contentType = head.contentType
    chunks.push(String(body))
  }
}

const handler = (body: string, options = '') =>
  `export const handler = awslambda.streamifyResponse(async (event, out, context) => { ${body} }${options})`

t.test('a streaming handler gets event, stream and context, and its bytes go out', async (t) => {
  const pool = await PlayedPool.ready(
    t,
    handler(
      "out.setContentType('text/css'); out.write('a'); out.write(Buffer.from('b')); out.end(JSON.stringify([event, context.awsRequestId, out.writableHighWaterMark]))",
      ', { highWaterMark: 1234 }',
    ),
  )
  const { chunks, contentType, end, rest } = await stream(pool)
  t.equal(chunks.join(''), 'ab[{"a":1},"one",1234]')
  t.equal(contentType, 'text/css')
  t.match(end, { type: 'result', id: 'one', contentType: 'text/css', handlerMs: Number })
  t.equal(rest, '')
})

t.test('asked for all at once, they come with the result', async (t) => {
  const pool = await PlayedPool.ready(t, handler("out.write('a'); out.end('b')"))
  t.match(await stream(pool, {}), {
    chunks: [],
    rest: 'ab',
    end: { type: 'result', contentType: 'application/octet-stream' },
  })
})

t.test('libraries can see that a handler streams', async (t) => {
  const pool = await PlayedPool.ready(
    t,
    `const f = awslambda.streamifyResponse(async () => {})
    export const handler = async () => [
      f[Symbol.for('aws.lambda.runtime.handler.streaming')], typeof awslambda.HttpResponseStream.from]`,
  )
  t.same((await pool.invoke({})).value, ['response', 'function'])
})

t.test('a response’s head goes before the first byte, also where there is none', async (t) => {
  const metadata = { statusCode: 302, headers: { Location: '/next' } }
  const from = `out = awslambda.HttpResponseStream.from(out, ${JSON.stringify(metadata)})`
  const prelude = `${JSON.stringify(metadata)}${'\0'.repeat(8)}`
  const type = 'application/vnd.awslambda.http-integration-response'
  for (const [body, sent] of [
    ["out.write('body'); out.end()", `${prelude}body`],
    ["out.write(''); out.end('body')", `${prelude}body`],
    ['out.end()', prelude],
  ] as const) {
    const pool = await PlayedPool.ready(t, handler(`${from}; ${body}`))
    const { chunks, contentType } = await stream(pool)
    t.equal(chunks.join(''), sent)
    t.equal(contentType, type)
  }
})

t.test('a content type after the first byte is too late', async (t) => {
  const pool = await PlayedPool.ready(
    t,
    handler("out.write('a'); await new Promise(setImmediate); out.setContentType('text/css')"),
  )
  t.match((await stream(pool)).end, {
    type: 'error',
    error: { errorMessage: 'Cannot set the content type: the response has begun' },
  })
})

t.test('context.succeed ends a stream, context.fail breaks it off', async (t) => {
  const ended = await PlayedPool.ready(t, handler("out.write('a'); context.succeed()"))
  t.match(await stream(ended), { chunks: ['a'], end: { type: 'result' } })
  const failed = await PlayedPool.ready(
    t,
    handler("out.write('a'); context.fail(new RangeError('no')); await new Promise(() => {})"),
  )
  t.match((await stream(failed)).end, { type: 'error', error: { errorType: 'RangeError' } })
})

t.test('nothing follows the error of a stream that was still being written', async (t) => {
  const pool = await PlayedPool.ready(
    t,
    handler(
      "const i = setInterval(() => out.write('x'), 1); setTimeout(() => clearInterval(i), 200); await new Promise((r) => setTimeout(r, 20)); throw new Error('no')",
    ),
  )
  t.match((await stream(pool)).end, { type: 'error' })
  t.match((await stream(pool, {})).end, { type: 'error', error: { errorMessage: 'no' } })
})

t.test('while nobody reads, writes wait', async (t) => {
  const pool = await PlayedPool.ready(
    t,
    handler(
      "for (let n = 1; n <= 64; n += 1) { console.log('wrote', n); if (!out.write(Buffer.alloc(1e6))) await new Promise((r) => out.once('drain', r)) } out.end()",
    ),
  )
  pool.stopTaking()
  const streamed = stream(pool)
  let wrote = ''
  do {
    wrote = pool.stdout
    await new Promise((resolve) => setTimeout(resolve, 300))
  } while (wrote !== pool.stdout || wrote === '')
  t.ok(wrote.split('\n').length < 8, wrote)
  pool.takeOn()
  const { chunks, end } = await streamed
  t.equal(
    chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    64e6,
  )
  t.equal(end.type, 'result')
})

t.test('modules of layers are found, those for an earlier Node as well', async (t) => {
  const pool = await PlayedPool.make({
    'opt/nodejs/node_modules/plain/index.js': 'module.exports = "plain"',
    'opt/nodejs/node20/node_modules/older/index.js': 'module.exports = "older"',
    'index.mjs': `import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      export const handler = async () => [
        require('plain'), require('older'), await import('plain').catch(({ code }) => code)]`,
  })
  t.teardown(() => pool.close())
  await pool.boot()
  await pool.init()
  const imported = { default: 'plain', 'module.exports': 'plain' }
  t.same((await pool.invoke({})).value, ['plain', 'older', imported])
})
