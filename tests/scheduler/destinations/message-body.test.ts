import t from 'tap'
import type { Message } from '../../../core/invocations/delivery-store.ts'
import { messageBody as bodyOf } from '../../../scheduler/destinations/message-body.ts'

type Whole = Message & { event: Buffer; result: Buffer }

const messageBody = (message: Whole) => bodyOf(message, message)

const message: Whole = {
  invocationId: 'e6bd0c77-1f8c-4b51-9e2f-5d4b6a5a3d2c',
  fence: 1,
  tries: 1,
  bytes: 50,
  ageMs: 5,
  functionName: 'resize',
  state: 'succeeded',
  destination: { type: 'event' },
  executedVersion: '$LATEST',
  endedAt: new Date('2026-01-31T12:00:00.123Z'),
  cause: { kind: 'request' },
  attempts: 1,
  event: Buffer.from('{"n":12345678901234567890}'),
  result: Buffer.from('[1e400]'),
  error: Buffer.alloc(0),
}

t.test('success has Lambda’s shape, and the payloads keep their bytes', async (t) => {
  t.equal(
    messageBody(message).toString(),
    '{"version":"1.0","timestamp":"2026-01-31T12:00:00.123Z","requestContext":' +
      '{"requestId":"e6bd0c77-1f8c-4b51-9e2f-5d4b6a5a3d2c",' +
      '"functionArn":"arn:aws:lambda:us-east-1:000000000000:function:resize:$LATEST",' +
      '"condition":"Success","approximateInvokeCount":1},' +
      '"requestPayload":{"n":12345678901234567890},' +
      '"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":[1e400]}',
  )
  const empty = messageBody({ ...message, result: Buffer.alloc(0) })
  t.match(JSON.parse(empty.toString()), { responsePayload: null })
})

t.test('failure says why, and has no response where nothing ran', async (t) => {
  const error = { errorType: 'TypeError', errorMessage: 'no', trace: ['a'] }
  const failed = { ...message, result: Buffer.alloc(0), error: Buffer.from(JSON.stringify(error)) }
  const retried = messageBody({ ...failed, state: 'failed', attempts: 3 })
  t.match(JSON.parse(retried.toString()), {
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: error,
  })
  const expired = messageBody({ ...failed, state: 'expired', executedVersion: '', attempts: 0 })
  const body = JSON.parse(expired.toString())
  t.match(body, { requestContext: { condition: 'EventAgeExceeded' }, responsePayload: error })
  t.notOk('responseContext' in body)
})
