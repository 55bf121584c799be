import { createHmac } from 'node:crypto'
import t from 'tap'
import { DELIVERY_LEASE_MS } from '../../core/invocations/delivery-store.ts'
import type { Invocation } from '../../core/invocations/invocation.ts'
import { startReceiver } from '../fixtures/http-receiver.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { type Answer, eventually, rest } from '../fixtures/rest.ts'

const platform = await startPlatform({ RETRY_DELAY_SECONDS: '0' })
t.teardown(() => platform.stop())
const { url } = platform

async function create(name: string, source: string, fields: object = {}) {
  const { status, text } = await rest(`${url}/functions`, { body: { name, source, ...fields } })
  if (status !== 201) throw new Error(text)
}

async function report<T>(name: string, body: object): Promise<Answer<T>> {
  return rest<T>(`${url}/functions/${name}/async-configuration`, { method: 'PUT', body })
}

async function send(name: string, body: unknown): Promise<string> {
  const headers = { prefer: 'respond-async' }
  const answer = await rest<{ id: string }>(`${url}/functions/${name}/invocations`, {
    body,
    headers,
  })
  if (answer.status !== 202) throw new Error(answer.text)
  return answer.body.id
}

async function delivered(id: string, deadlineMs?: number): Promise<Invocation> {
  const look = async () => {
    const { body } = await rest<Invocation>(`${url}/invocations/${id}`)
    return body.delivery?.state === 'delivered' ? body : undefined
  }
  return eventually(`${id} is delivered`, look, deadlineMs)
}

/** The one invocation that the end of another has caused. */
async function causedBy(name: string): Promise<Invocation> {
  return eventually(`${name} has run`, async () => {
    const { body } = await rest<{ invocations: Invocation[] }>(
      `${url}/functions/${name}/invocations`,
    )
    const [first, ...others] = body.invocations
    if (others.length > 0) throw new Error('more than one')
    return first?.state === 'succeeded' ? first : undefined
  })
}

const ECHO = 'export const handler = async (event) => event'
const THROW = 'export const handler = async () => { throw new TypeError("no") }'

t.test('success goes to a function, with what was asked and answered', async (t) => {
  await create('double', 'export const handler = async (n) => 2 * n')
  await create('sink', ECHO)
  await report('double', { onSuccess: { type: 'function', functionName: 'sink' } })
  const id = await send('double', 21)
  t.match(await delivered(id), { delivery: { destination: 'function sink', attempts: 1 } })
  const caused = await causedBy('sink')
  t.match(caused.cause, { kind: 'destination', detail: id, depth: 1 })
  const { body } = await rest<Invocation>(`${url}/invocations/${caused.id}`)
  t.match(body.result, {
    version: '1.0',
    requestContext: { requestId: id, condition: 'Success', approximateInvokeCount: 1 },
    requestPayload: 21,
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: 42,
  })
})

t.test('failure goes to the events that fit, after all retries', async (t) => {
  await create('thrower', THROW)
  await create('on-event', ECHO)
  const pattern = { type: ['hearth.invocation.failed'], source: [{ suffix: ':thrower' }] }
  await rest(`${url}/functions/on-event/triggers`, { body: { type: 'event', pattern } })
  await report('thrower', { onFailure: { type: 'event' } })
  const id = await send('thrower', {})
  await delivered(id)
  const caused = await causedBy('on-event')
  t.match(caused.cause, { kind: 'event', detail: id, depth: 1 })
  const { body } = await rest<Invocation>(`${url}/invocations/${caused.id}`)
  const data = {
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    responsePayload: { errorType: 'TypeError', errorMessage: 'no' },
  }
  t.match(body.result, { specversion: '1.0', id, type: 'hearth.invocation.failed', data })
  const letters = await rest(`${url}/functions/thrower/dead-letters`)
  t.strictSame(letters.body, { invocations: [] }, 'somebody has it')
})

t.test('an end goes to a bucket, one object for each', async (t) => {
  await create('to-bucket', ECHO)
  await rest(`${url}/buckets/ends`, { method: 'PUT' })
  await report('to-bucket', { onSuccess: { type: 'bucket', bucket: 'ends', prefix: 'x/' } })
  const id = await send('to-bucket', { say: 'hello' })
  await delivered(id)
  const list = await rest<{ objects: { key: string }[] }>(`${url}/buckets/ends/objects`)
  const [object, ...others] = list.body.objects
  t.same(others, [])
  t.match(object?.key, new RegExp(`^x/aws/lambda/async/to-bucket/\\d{4}/\\d\\d/\\d\\d/.*-${id}$`))
  const stored = await rest(`${url}/buckets/ends/objects/${object?.key}`)
  t.match(stored.body, { requestContext: { requestId: id }, responsePayload: { say: 'hello' } })
})

t.test('an endpoint that is down, and a platform that is killed, lose no message', async (t) => {
  const receiver = await startReceiver(t)
  receiver.answer = (response) => response.writeHead(503).end()
  await create('hooked', THROW, { egress: [receiver.target] })
  const set = await report<{ onFailure: { secret: string } }>('hooked', {
    maximumRetryAttempts: 0,
    onFailure: { type: 'http', url: receiver.url },
  })
  const ids = await Promise.all([1, 2, 3].map((n) => send('hooked', n)))
  await eventually('each was offered', async () => {
    const seen = new Set(receiver.received.map(({ headers }) => headers['webhook-id']))
    return seen.size === 3 ? true : undefined
  })
  await platform.kill()
  receiver.received.length = 0
  receiver.answer = (response) => response.end()
  await platform.start()
  // What was under way when the platform was killed comes back when its lease has ended.
  const deadlineMs = DELIVERY_LEASE_MS + 30_000
  for (const id of ids) t.match(await delivered(id, deadlineMs), { state: 'failed' })
  t.same(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])), new Set(ids))
  const key = Buffer.from(set.body.onFailure.secret.slice('whsec_'.length), 'base64')
  for (const { headers, body } of receiver.received) {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const expected = createHmac('sha256', key).update(signed).digest('base64')
    t.equal(headers['webhook-signature'], `v1,${expected}`)
    t.match(JSON.parse(body), { responsePayload: { errorType: 'TypeError' } })
  }
})

t.test(
  'a private endpoint that the function does not name is refused, and it is told',
  async (t) => {
    const receiver = await startReceiver(t)
    await create('curious', ECHO)
    await report('curious', { onSuccess: { type: 'http', url: receiver.url } })
    const id = await send('curious', 1)
    const letter = await eventually('it is a dead letter', async () => {
      const { body } = await rest<Invocation>(`${url}/functions/curious/dead-letters/${id}`)
      return body.id ? body : undefined
    })
    t.match(letter, {
      state: 'succeeded',
      event: 1,
      delivery: { state: 'dead', attempts: 1, error: /not a public address/ },
    })
    t.same(receiver.received, [])
    await rest(`${url}/functions/curious`, { method: 'PATCH', body: { egress: [receiver.target] } })
    const again = await rest(`${url}/functions/curious/dead-letters/${id}/redrive`, {
      method: 'POST',
    })
    t.equal(again.status, 202)
    await delivered(id)
    t.match(receiver.received, [{ headers: { 'webhook-id': id } }])
  },
)
