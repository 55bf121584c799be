import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { streamAnswer } from '../../../core/links/answer-stream.ts'
import type { StreamedAnswer } from '../../../core/links/invoke-link.ts'
import { HTTP_RESPONSE_TYPE, MAX_STREAM_BYTES } from '../../../core/protocol.ts'
import type { RunnableFunction } from '../../../scheduler/pool/pool.ts'
import { needsEngine, startPool } from '../../fixtures/pool.ts'

await needsEngine(t)

const rig = await startPool({ generic: 2, maxSandboxes: 10 })
t.teardown(() => rig.close())

/** More than all windows, pipes and buffers on the way hold together, many times over. */
const MANY_BYTES = 150 * 1024 * 1024
const MB = 1024 * 1024

function stream(fn: RunnableFunction, event: unknown = {}, fields = {}): Promise<StreamedAnswer> {
  const request = {
    id: randomUUID(),
    functionName: fn.definition.name,
    event: Buffer.from(JSON.stringify(event)),
    ...fields,
  }
  return streamAnswer((to) => rig.pool.invoke(fn, request, to))
}

const streaming = (body: string) =>
  `export const handler = awslambda.streamifyResponse(async (event, out, context) => { ${body} })`

async function text({ chunks }: StreamedAnswer): Promise<string> {
  return Buffer.concat(await chunks.toArray()).toString()
}

async function until(what: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !what(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error('Waited too long')
  }
}

t.test('the first bytes are read while the handler waits for what comes after', async (t) => {
  const fn = await rig.deploy(
    streaming("out.setContentType('text/plain'); out.write('first'); await new Promise(() => {})"),
    { timeoutSeconds: 2 },
  )
  const answer = await stream(fn)
  t.match(answer, { contentType: 'text/plain', executedVersion: '$LATEST' })
  for await (const chunk of answer.chunks) {
    t.equal(String(chunk), 'first')
    break
  }
  // It runs on, though nobody reads: only its time ends it.
  t.match(await answer.done, { timedOut: true, functionError: { errorType: 'Sandbox.Timedout' } })
})

t.test('all bytes come, whole and in order, with what the handler has set', async (t) => {
  const fn = await rig.deploy(
    streaming(`
      const http = awslambda.HttpResponseStream.from(out, { statusCode: 201, cookies: ['a=1'] })
      for (let n = 0; n < 300; n += 1) if (!http.write(String(n) + ' ')) await new Promise((r) => http.once('drain', r))
      http.end()`),
  )
  const answer = await stream(fn)
  t.equal(answer.contentType, HTTP_RESPONSE_TYPE)
  const numbers = `${Array.from({ length: 300 }, (_, n) => n).join(' ')} `
  const prelude = JSON.stringify({ statusCode: 201, cookies: ['a=1'] })
  t.equal(await text(answer), `${prelude}${'\0'.repeat(8)}${numbers}`)
  t.match(await answer.done, { functionError: undefined, result: Buffer.alloc(0) })
})

t.test('its sandbox serves the next invocation, streamed or not', async (t) => {
  const fn = await rig.deploy(
    `const me = Math.random(); ${streaming('out.end(JSON.stringify(me))')}`,
  )
  const first = await text(await stream(fn))
  const whole = await rig.call(fn)
  t.equal(String(whole.result), first, 'a streaming handler answers a plain call at its end')
  t.equal(whole.answer.contentType, 'application/octet-stream')
  t.equal(await text(await stream(fn)), first)
})

t.test('what an ordinary handler returns is one chunk of JSON', async (t) => {
  const fn = await rig.deploy('export const handler = async (event) => ({ ...event, at: 1 })')
  const answer = await stream(fn, { some: 'event' })
  t.equal(answer.contentType, 'application/json')
  t.equal(await text(answer), '{"some":"event","at":1}')
  const failing = await rig.deploy("export const handler = async () => { throw new Error('no') }")
  const failed = await stream(failing)
  t.equal(await text(failed), '')
  t.match(await failed.done, { functionError: { errorType: 'Error', errorMessage: 'no' } })
})

/** Handler's body → how its stream ends. */
const ENDS: Record<string, { body: string; bytes: string; error: object | undefined }> = {
  'thrown before any byte': {
    body: "throw new TypeError('early')",
    bytes: '',
    error: { errorType: 'TypeError', errorMessage: 'early' },
  },
  'thrown after some': {
    body: "out.write('half'); await new Promise((r) => setTimeout(r, 50)); throw new TypeError('late')",
    bytes: 'half',
    error: { errorType: 'TypeError', errorMessage: 'late' },
  },
  'a stream destroyed with an error': {
    body: "out.write('half'); await new Promise((r) => setTimeout(r, 50)); out.destroy(new RangeError('cut')); await new Promise(() => {})",
    bytes: 'half',
    error: { errorType: 'RangeError', errorMessage: 'cut' },
  },
  'an exception that nobody catches': {
    body: "out.write('half'); setTimeout(() => { throw new Error('loose') }, 50); await new Promise(() => {})",
    bytes: 'half',
    error: { errorType: 'Error', errorMessage: 'loose' },
  },
  'an exit': {
    body: "out.write('half'); setTimeout(() => process.exit(3), 50); await new Promise(() => {})",
    bytes: 'half',
    error: { errorType: 'Runtime.ExitError', errorMessage: /exit status 3/ },
  },
  'out of memory': {
    body: "out.write('half'); await new Promise((r) => setTimeout(r, 50)); const held = []; for (;;) { held.push(Buffer.alloc(8e6, 1)); await null }",
    bytes: 'half',
    error: { errorType: 'Runtime.OutOfMemory' },
  },
  'a stream left open with nothing to come': {
    body: "out.write('all'); await null",
    bytes: 'all',
    error: undefined,
  },
  'a pipeline that goes on after the handler has returned': {
    body: "const { Readable } = await import('node:stream'); Readable.from(async function* () { yield 'a'; await new Promise((r) => setTimeout(r, 50)); yield 'b' }()).pipe(out)",
    bytes: 'ab',
    error: undefined,
  },
}

for (const [what, { body, bytes, error }] of Object.entries(ENDS)) {
  t.test(`a stream's end is told: ${what}`, async (t) => {
    const fn = await rig.deploy(streaming(body), { timeoutSeconds: 20 })
    const answer = await stream(fn)
    t.equal(await text(answer), bytes)
    const { functionError } = await answer.done
    if (error) t.match(functionError, error)
    else t.equal(functionError, undefined)
    const { result, answer: next } = await rig.call(
      await rig.deploy('export const handler = async () => 1'),
    )
    t.same([result, next.functionError], [1, undefined])
  })
}

t.test('a handler that returns no promise cannot stream', async (t) => {
  const fn = await rig.deploy("export const handler = awslambda.streamifyResponse(() => 'plain')")
  const { done } = await stream(fn)
  t.match(await done, { functionError: { errorType: 'Runtime.MalformedStreamingHandler' } })
})

t.test('time runs out in mid-stream, also where nobody reads', async (t) => {
  const fn = await rig.deploy(
    streaming(
      'for (;;) if (!out.write(Buffer.alloc(65536))) await new Promise((r) => out.once("drain", r))',
    ),
    { timeoutSeconds: 1 },
  )
  const answer = await stream(fn)
  t.match(await answer.done, { timedOut: true })
  await until(() => rig.pool.stats().busy === 0)
  t.ok(Buffer.concat(await answer.chunks.toArray()).length > 0, 'what had come is still there')
})

t.test('a reader that stops holds the handler back, and memory with it', async (t) => {
  const fn = await rig.deploy(
    streaming(`
      const piece = Buffer.alloc(1024 * 1024, 7)
      for (let n = 1; n <= ${MANY_BYTES / MB}; n += 1) {
        const more = out.write(piece)
        console.log('wrote', n, process.memoryUsage.rss())
        if (!more) await new Promise((r) => out.once('drain', r))
      }
      out.end()`),
    { timeoutSeconds: 120 },
  )
  const wrote = () => rig.logs.lines.filter(({ text }) => /\twrote \d/.test(text))
  const rssBefore = await rss()
  const answer = await stream(fn)
  await settled(() => wrote().length)
  const held = wrote().length
  t.ok(held < 10, `${held} MB were written while nobody read`)
  t.ok((await rss()) - rssBefore < 100 * MB, 'and the platform does not hold them')

  let bytes = 0
  for await (const chunk of answer.chunks) bytes += (chunk as Buffer).length
  t.equal(bytes, MANY_BYTES, 'then it goes on')
  t.equal((await answer.done).functionError, undefined)
  await settled(() => wrote().length) // An answer does not wait for its last lines.
  t.equal(wrote().length, MANY_BYTES / MB)
  const sizes = wrote().map(({ text }) => Number(/(\d+)$/.exec(text)?.[1]))
  t.ok(Math.max(...sizes) - (sizes[0] ?? 0) < 64 * MB, 'nor does the sandbox')
})

t.test('a reader that hangs up does not stop the handler', async (t) => {
  const fn = await rig.deploy(
    streaming(`
      for (let n = 0; n < 64; n += 1) if (!out.write(Buffer.alloc(65536))) await new Promise((r) => out.once('drain', r))
      console.log('came to its end')
      out.end()`),
  )
  const answer = await stream(fn)
  answer.chunks.destroy()
  t.equal((await answer.done).functionError, undefined)
  await settled(() => rig.logs.lines.length)
  t.ok(rig.logs.lines.some(({ text }) => text.endsWith('came to its end')))
})

t.test('a stream ends where it grows too large', async (t) => {
  const fn = await rig.deploy(
    streaming(`
      const piece = Buffer.alloc(4 * 1024 * 1024)
      for (;;) if (!out.write(piece)) await new Promise((r) => out.once('drain', r))`),
    { timeoutSeconds: 120, memoryMb: 256 },
  )
  const answer = await stream(fn)
  let bytes = 0
  for await (const chunk of answer.chunks) bytes += (chunk as Buffer).length
  t.equal(bytes, MAX_STREAM_BYTES)
  t.match(await answer.done, {
    functionError: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_STREAM_BYTES} bytes).`,
    },
  })
  const whole = await rig.call(fn)
  t.match(whole.answer.functionError, {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: /6291556 bytes/,
  })
})

async function rss(): Promise<number> {
  const [, pages = '0'] = (await readFile('/proc/self/statm', 'utf8')).split(' ')
  return Number(pages) * 4096
}

/** Resolves when a count has stayed the same for a while. */
async function settled(count: () => number): Promise<void> {
  for (let last = -1; last !== count() || last === 0; ) {
    last = count()
    await sleep(500)
  }
}
