import { Readable } from 'node:stream'
import { EventStreamCodec } from '@smithy/core/event-streams'
import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import type { InvokeAnswer } from '../../../core/links/invoke-link.ts'
import { eventStreamOf } from '../../../gateway/lambda/event-stream.ts'

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
)
const timings = {
  queueMs: 0,
  acquireMs: 0,
  codeMs: 0,
  initMs: 0,
  handlerMs: 1,
  responseMs: 0,
  start: 'warm',
} as const
const ended: InvokeAnswer = { executedVersion: '1', result: Buffer.alloc(0), timings }

async function framesOf(chunks: string[], done: Promise<InvokeAnswer>) {
  done.catch(() => undefined)
  const frames: { event: unknown; type: unknown; message: unknown; body: string }[] = []
  const streamed = { chunks: Readable.from(chunks.map((one) => Buffer.from(one))), done }
  for await (const bytes of eventStreamOf(streamed)) {
    const { headers, body } = codec.decode(bytes)
    frames.push({
      message: headers[':message-type']?.value,
      event: headers[':event-type']?.value,
      type: headers[':content-type']?.value,
      body: Buffer.from(body).toString(),
    })
  }
  return frames
}

t.test('chunks are frames, and the last one says that all is there', async (t) => {
  const complete = { event: 'InvokeComplete', message: 'event', type: 'application/json' }
  const chunk = { event: 'PayloadChunk', message: 'event', type: 'application/octet-stream' }
  t.same(await framesOf(['a', 'ü'], Promise.resolve(ended)), [
    { ...chunk, body: 'a' },
    { ...chunk, body: 'ü' },
    { ...complete, body: '{}' },
  ])
})

t.test('the bytes of a frame are those of AWS', async (t) => {
  const streamed = { chunks: Readable.from([Buffer.from('hi')]), done: Promise.resolve(ended) }
  const { value } = await eventStreamOf(streamed).next()
  const bytes = Buffer.from(value ?? [])
  t.equal(bytes.readUInt32BE(0), bytes.length)
  t.equal(
    bytes.subarray(12, -6).toString('latin1'),
    [
      '\x0d:message-type\x07\x00\x05event',
      '\x0b:event-type\x07\x00\x0cPayloadChunk',
      '\x0d:content-type\x07\x00\x18application/octet-stream',
    ].join(''),
  )
  t.equal(bytes.subarray(-6, -4).toString(), 'hi')
})

t.test('what went wrong, and the log, stand in the last frame', async (t) => {
  const functionError = { errorType: 'TypeError', errorMessage: 'late', trace: ['TypeError: late'] }
  const [, last] = await framesOf(
    ['half'],
    Promise.resolve({ ...ended, functionError, logTail: 'START\nEND\n' }),
  )
  t.strictSame(JSON.parse(last?.body ?? ''), {
    ErrorCode: 'Unhandled',
    ErrorDetails: JSON.stringify(functionError),
    LogResult: Buffer.from('START\nEND\n').toString('base64'),
  })
  const [fault] = await framesOf([], Promise.reject(new HearthError('SchedulerUnavailable')))
  t.match(JSON.parse(fault?.body ?? ''), { ErrorCode: 'ServiceException', ErrorDetails: String })
  const [unknown] = await framesOf([], Promise.reject(new Error('a secret')))
  t.notMatch(unknown?.body, /secret/)
})
