import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { EventStreamCodec } from '@smithy/core/event-streams'
import t, { type Test } from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startReceiver } from '../fixtures/http-receiver.ts'
import { liveMemoryMb } from '../fixtures/live-memory.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const platform = await startPlatform()
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)
const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
)

/** A place where a function waits until the test lets it go on. */
async function startGate(t: Test) {
  const waiting: ServerResponse[] = []
  const receiver = await startReceiver(t)
  receiver.answer = (response) => waiting.push(response)
  const open = async () => {
    const first = await eventually('a function waits', async () => waiting.shift())
    first.end('go')
  }
  return { target: receiver.target, open }
}

const PASS = `
import { get } from 'node:http'
const pass = (target) => new Promise((resolve, reject) =>
  get('http://' + target, (response) => response.resume().on('end', resolve)).on('error', reject))
`
const streaming = (body: string) =>
  `${PASS} export const handler = awslambda.streamifyResponse(async (event, out, context) => { ${body} })`

async function ask(
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<IncomingMessage> {
  const sent = request(`${platform.url}${path}`, { method: 'POST', headers })
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const [response] = await once(sent, 'response')
  return response as IncomingMessage
}

function askStream(name: string, event: unknown = {}, headers = {}): Promise<IncomingMessage> {
  const path = `/2021-11-15/functions/${name}/response-streaming-invocations`
  return ask(path, { body: event, headers })
}

/** Gives the function an address that streams; resolves with its host. */
async function streamingUrl(name: string): Promise<string> {
  const { body } = await rest<{ url: string }>(`${platform.url}/functions/${name}/url`, {
    method: 'PUT',
    body: { invokeMode: 'RESPONSE_STREAM' },
  })
  return new URL(body.url).host
}

async function* framesOf(response: IncomingMessage) {
  let held = Buffer.alloc(0)
  for await (const bytes of response as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, bytes])
    while (held.length >= 4 && held.length >= held.readUInt32BE(0)) {
      const length = held.readUInt32BE(0)
      const { headers, body } = codec.decode(held.subarray(0, length))
      held = held.subarray(length)
      yield { event: headers[':event-type']?.value, text: Buffer.from(body).toString() }
    }
  }
}

t.test('InvokeWithResponseStream gives what is written while the handler waits', async (t) => {
  const gate = await startGate(t)
  await functions.create(
    'frames',
    streaming(`
      out.setContentType('text/plain')
      out.write('first')
      await pass(event.gate)
      out.write('second')
      if (event.fail) { await pass(event.gate); throw new TypeError('late') }
      out.end()`),
    { egress: [gate.target], timeoutSeconds: 30 },
  )
  for (const fail of [false, true]) {
    const event = { gate: gate.target, fail }
    const response = await askStream('frames', event, { 'x-amz-log-type': 'Tail' })
    t.equal(response.statusCode, 200)
    t.match(response.headers, {
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amz-executed-version': '$LATEST',
      'x-amzn-requestid': String,
    })
    const frames = framesOf(response)
    t.same((await frames.next()).value, { event: 'PayloadChunk', text: 'first' })
    await gate.open()
    t.same((await frames.next()).value, { event: 'PayloadChunk', text: 'second' })
    if (fail) await gate.open()
    const { value: last } = await frames.next()
    t.equal(last?.event, 'InvokeComplete')
    const { ErrorCode, ErrorDetails, LogResult } = JSON.parse(last?.text ?? '')
    t.equal(ErrorCode, fail ? 'Unhandled' : undefined)
    if (fail) t.match(JSON.parse(ErrorDetails), { errorType: 'TypeError', errorMessage: 'late' })
    t.match(Buffer.from(LogResult, 'base64').toString(), /^START RequestId: .*\n.*END.*\nREPORT/s)
    t.ok((await frames.next()).done)
  }
})

t.test('a function URL sends status, headers, cookies and the first byte ahead', async (t) => {
  const gate = await startGate(t)
  await functions.create(
    'page',
    streaming(`
      const target = event.headers['x-gate']
      out = awslambda.HttpResponseStream.from(out, {
        statusCode: 201, headers: { 'Content-Type': 'text/html', 'X-Own': 'yes' }, cookies: ['a=1', 'b=2'],
      })
      out.write('<p>')
      await pass(target)
      if (event.rawPath === '/fail') throw new Error('late')
      out.end('</p>')`),
    { egress: [gate.target], timeoutSeconds: 30 },
  )
  const host = await streamingUrl('page')
  const headers = { host, 'x-gate': gate.target }
  const response = await ask('/', { headers })
  t.equal(response.statusCode, 201)
  t.match(response.headers, {
    'content-type': 'text/html',
    'x-own': 'yes',
    'set-cookie': ['a=1', 'b=2'],
  })
  const bytes = response[Symbol.asyncIterator]()
  t.equal(String((await bytes.next()).value), '<p>')
  await gate.open()
  t.equal(String((await bytes.next()).value), '</p>')
  t.ok((await bytes.next()).done)

  const broken = await ask('/fail', { headers })
  const read = broken.toArray()
  await gate.open()
  await t.rejects(read, { code: 'ECONNRESET' }, 'what is not the whole cannot be taken for it')
})

t.test('an address that does not stream sends the same at the end', async (t) => {
  await functions.create(
    'whole',
    streaming(`
      out = awslambda.HttpResponseStream.from(out, { statusCode: 418, cookies: ['a=1'] })
      out.end(Buffer.from([0, 255, 128]))`),
  )
  const url = `${platform.url}/functions/whole/url`
  const { body } = await rest<{ url: string; invokeMode: string }>(url, { method: 'PUT' })
  t.equal(body.invokeMode, 'BUFFERED')
  const { host } = new URL(body.url)
  const response = await ask('/', { headers: { host } })
  t.equal(response.statusCode, 418)
  t.match(response.headers, {
    'content-type': 'application/octet-stream',
    'set-cookie': ['a=1'],
  })
  t.same(Buffer.concat(await response.toArray()), Buffer.from([0, 255, 128]))
  const change = { method: 'PUT', body: { invokeMode: 'RESPONSE_STREAM' } }
  t.match(await rest(url, change), { status: 200, body: { invokeMode: 'RESPONSE_STREAM' } })
  t.match(await rest(url, { method: 'PUT' }), { body: { invokeMode: 'RESPONSE_STREAM' } })
  t.equal((await rest(url, { method: 'PUT', body: { invokeMode: 'OTHER' } })).status, 400)
})

t.test('a plain call gets what was streamed as bytes, never as a page of the API', async (t) => {
  await functions.create(
    'html',
    streaming("out.setContentType('text/html'); out.end(Buffer.from([60, 255]))"),
  )
  for (const path of ['/functions/html/invocations', '/2015-03-31/functions/html/invocations']) {
    const response = await ask(path)
    t.equal(response.headers['content-type'], 'application/octet-stream')
    t.same(Buffer.concat(await response.toArray()), Buffer.from([60, 255]))
  }
})

t.test('a handler that fails before its first byte, or is late, gives 502', async (t) => {
  await functions.create(
    'early',
    streaming(
      "if (event.rawPath === '/hang') await new Promise(() => {}); throw new Error('early')",
    ),
    { timeoutSeconds: 1 },
  )
  const host = await streamingUrl('early')
  const failed = await ask('/', { headers: { host } })
  t.equal(failed.statusCode, 502)
  t.equal(Buffer.concat(await failed.toArray()).toString(), 'Internal Server Error')
  t.equal((await ask('/hang', { headers: { host } })).resume().statusCode, 502)
})

t.test(
  'a caller that stops reading costs the platform no memory, one that hangs up no handler',
  async (t) => {
    const gate = await startGate(t)
    await functions.create(
      'flood',
      streaming(`
      const piece = Buffer.alloc(1024 * 1024, 7)
      let written = 0
      for (; written < event.mb; written += 1) if (!out.write(piece)) await new Promise((r) => out.once('drain', r))
      out.end()
      await pass(event.gate)`),
      { egress: [gate.target], timeoutSeconds: 120, memoryMb: 256 },
    )
    const event = { mb: 150, gate: gate.target }
    const before = await liveMemoryMb(platform)
    const response = await askStream('flood', event)
    response.pause()
    await sleep(3000)
    const held = (await liveMemoryMb(platform)) - before
    t.ok(held < 10, `${held} MB are held for a caller that does not read`)
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    response.resume()
    await gate.open()
    await once(response, 'end')
    t.ok(bytes > 150 * 1024 * 1024, 'all of it, and the frames')

    const left = await askStream('flood', event)
    left.destroy()
    await gate.open() // Where it only comes when it has written all.
  },
)
