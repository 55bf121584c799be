import t from 'tap'
import type { ShownInvocation } from '../../core/invocations/shown-invocation.ts'
import { askUrl } from '../fixtures/function-url.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { type Answer, rest } from '../fixtures/rest.ts'

const platform = await startPlatform({ POOL_GENERIC: '2' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const at = (path: string) => `${platform.url}${path}`
const idOf = ({ headers }: Answer<unknown>) => headers.get('x-invocation-id') ?? ''
const look = async (id: string) => (await rest<ShownInvocation>(at(`/invocations/${id}`))).body
const list = async (path: string, query: string) =>
  (await rest<{ invocations: ShownInvocation[] }>(at(`${path}?limit=100${query}`))).body.invocations

const SOURCE = 'export const handler = async ({ n }) => ({ n })'

t.test(
  'event and result are kept where the function wants it, redacted, and replayed on any version',
  async (t) => {
    const record = { bodies: true, redact: ['password', 'headers.authorization'] }
    await functions.create('kept', 'export const handler = async (event) => ({ was: 1, event })', {
      record,
    })
    t.equal((await rest(at('/functions/kept/versions'), { body: {} })).status, 201)
    const code = { source: 'export const handler = async (event) => ({ was: 2, event })' }
    t.equal((await rest(at('/functions/kept/code'), { method: 'PUT', body: code })).status, 200)
    const event = {
      user: 'ada',
      password: 'secret-1',
      headers: { Authorization: 'Basic secret-2', a: 1 },
    }
    const id = idOf(await functions.call('kept', event))
    const safe = {
      user: 'ada',
      password: '[redacted]',
      headers: { Authorization: '[redacted]', a: 1 },
    }
    t.match(await look(id), { event: safe, result: { was: 2, event: safe } })
    for (const [qualifier, was] of [
      [undefined, 2],
      ['1', 1],
      ['$LATEST', 2],
    ]) {
      const replayed = await rest<{ id: string }>(at(`/invocations/${id}/replay`), {
        body: qualifier ? { qualifier } : {},
      })
      t.equal(replayed.status, 202, replayed.text)
      t.match(await functions.ended(replayed.body.id), {
        state: 'succeeded',
        cause: { kind: 'replay', detail: id },
        result: { was, event: safe },
      })
    }
    t.equal((await list('/functions/kept/invocations', '&trigger=replay')).length, 3)
    const unknown = await rest(at(`/invocations/${id}/replay`), { body: { qualifier: 'none' } })
    t.match(unknown.body, { error: { code: 'FunctionNotFound' } })
    t.notMatch(platform.output(), /secret-\d/)
  },
)

t.test(
  'a change of what is recorded counts from the next call on, in the sandbox that runs',
  async (t) => {
    await functions.create('later', SOURCE)
    const before = idOf(await functions.call('later', { n: 1 }))
    const record = { bodies: true }
    const changed = await rest(at('/functions/later'), { method: 'PATCH', body: { record } })
    t.match(changed.body, { record })
    const after = await functions.call('later', { n: 2 })
    t.match(after.headers.get('server-timing'), /desc="(?:warm|thawed)"/)
    t.equal((await look(before)).event, undefined)
    t.match(await look(idOf(after)), { event: { n: 2 }, result: { n: 2 } })

    // It counts for the function as a whole, so for what was published before as well.
    await rest(at('/functions/later/versions'), { body: {} })
    const hidden = { bodies: true, redact: ['n'] }
    await rest(at('/functions/later'), { method: 'PATCH', body: { record: hidden } })
    const ofVersion = await rest(at('/functions/later/invocations?qualifier=1'), { body: { n: 3 } })
    t.equal(ofVersion.status, 200, ofVersion.text)
    t.match(await look(idOf(ofVersion)), { version: '1', event: { n: '[redacted]' } })
    const refused = await rest(at(`/invocations/${before}/replay`), { body: {} })
    t.equal(refused.status, 409)
    t.match(refused.body, {
      error: { code: 'EventNotKept', message: /was not kept/, remedy: /bodies/ },
    })
  },
)

t.test(
  'a call of the function’s address is told apart, and what its body hides is hidden',
  async (t) => {
    const record = { bodies: true, redact: ['password'] }
    await functions.create('site', 'export const handler = async () => ({ statusCode: 204 })', {
      record,
    })
    const made = await rest<{ url: string }>(at('/functions/site/url'), { method: 'PUT' })
    const { headers } = await askUrl(made.body.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"password":"secret-3"}',
    })
    await functions.call('site')
    const [found, ...others] = await list('/functions/site/invocations', '&trigger=url')
    t.match(found, { id: headers['x-amzn-requestid'], cause: { kind: 'url' }, state: 'succeeded' })
    t.strictSame(others, [])
    const { event, result } = await look(found?.id ?? '')
    t.match(event, { body: '{"password":"[redacted]"}' })
    t.match(result, { statusCode: 204 })
  },
)

t.test(
  'of an asynchronous call the event is kept where it is wanted, and replayed behind its end',
  async (t) => {
    const record = { bodies: true, redact: ['password'] }
    const source = `export const handler = async (event) => {
      if (event.fail) throw new RangeError('too far')
      return event
    }`
    await functions.create('later-kept', source, { record })
    await functions.create('not-kept', source)
    const once = { method: 'PUT', body: { maximumRetryAttempts: 0 } }
    await rest(at('/functions/later-kept/async-configuration'), once)
    const told = async (name: string, event: unknown) => {
      const id = await functions.accept(name, event)
      await functions.ended(id)
      return look(id)
    }
    const replay = (id: string) =>
      rest<{ id: string }>(at(`/invocations/${id}/replay`), { body: {} })
    const kept = await told('later-kept', { n: 1, password: 'secret-4' })
    t.match(kept, { state: 'succeeded', event: { n: 1, password: '[redacted]' } })
    const again = await functions.ended((await replay(kept.id)).body.id)
    t.match(again, { state: 'succeeded', result: { n: 1, password: '[redacted]' } })
    const failed = await told('later-kept', { fail: true, password: 'secret-4' })
    t.match(failed, { state: 'failed', event: { fail: true, password: '[redacted]' } })
    const large = await told('later-kept', { text: 'x'.repeat(70_000) })
    t.match(large, { state: 'succeeded', event: undefined, eventOmitted: /has 70011 bytes/ })
    t.match((await replay(large.id)).body, { error: { message: /has 70011 bytes/ } })
    const plain = await told('not-kept', { n: 2 })
    t.match(plain, { state: 'succeeded', event: undefined, eventOmitted: undefined })
    t.match((await replay(plain.id)).body, { error: { code: 'EventNotKept' } })
  },
)
