import { randomInt } from 'node:crypto'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { OPERATIONS } from '../../../gateway/lambda/operations.ts'
import { startGateway } from '../../fixtures/gateway.ts'
import { createFunction, zipFile } from '../../fixtures/lambda.ts'
import { Dice, type FuzzRequest, RequestMaker } from '../../fixtures/lambda-fuzz.ts'
import { startMinio } from '../../fixtures/minio.ts'

/** All of them take a minute on an idle machine; FUZZ_REQUESTS=100000 asks for that. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 20_000)
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 32 - 1))
/** Nobody listens there: what happens in buckets is of no matter here. */
const NO_PORT = 9
/** So long it may take on the busiest of machines. */
t.setTimeout(900_000)
const REFRESHED_EVERY = 200
const AT_ONCE = 16
const SHOWN = 5

type Injected = Awaited<ReturnType<Awaited<ReturnType<typeof startGateway>>['app']['inject']>>

/** What is wrong with an answer, if anything is. */
function wrongWith({ statusCode, headers, body }: Injected): string | undefined {
  if (statusCode >= 500) return `is ${statusCode}`
  if (headers['x-amzn-requestid'] === undefined) return 'has no request id'
  if (statusCode < 400) return undefined
  if (!/^[A-Z]\w+Exception$/.test(String(headers['x-amzn-errortype']))) return 'names no type'
  try {
    const error = JSON.parse(body)
    const said = error.message ?? error.Message
    if (error.Type !== 'User' || typeof said !== 'string') return 'is of another form'
  } catch {
    return 'is no JSON'
  }
  return undefined
}

function shown({ method, url, headers, payload = '' }: FuzzRequest): string {
  const text = String(payload).replace(/"[A-Za-z0-9+/=]{200,}"/g, '"…"')
  return `${method} ${url.slice(0, 300)} ${JSON.stringify(headers)} ${text.slice(0, 500)}`
}

t.test(`no request breaks the API: ${REQUESTS} of them, of seed ${SEED}`, async (t) => {
  t.comment(`FUZZ_SEED=${SEED} FUZZ_REQUESTS=${REQUESTS}`)
  const minio = await startMinio({ webhookPort: NO_PORT })
  t.teardown(() => minio.stop())
  await minio.store.createBucket('bucket')
  const gateway = await startGateway(t, { storage: { state: 'on', store: minio.store } })
  const maker = new RequestMaker(new Dice(SEED), OPERATIONS, await zipFile())
  /** What was deleted on the way is there again, else most of the rest would find nothing. */
  const refresh = () =>
    Promise.all(['f', 'g'].map((name) => createFunction(gateway, name, { Publish: true })))
  await refresh()
  const failures: string[] = []
  const statuses = new Map<number, number>()
  let left = REQUESTS
  const work = async () => {
    while (left > 0 && failures.length < SHOWN) {
      left -= 1
      if (left % REFRESHED_EVERY === 0) await refresh()
      const request = maker.next()
      const answer = await gateway.app.inject(request as InjectOptions)
      const { statusCode } = answer
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
      const wrong = wrongWith(answer)
      if (wrong) failures.push(`${wrong}: ${shown(request)} → ${answer.body.slice(0, 300)}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  t.same(failures, [], `FUZZ_SEED=${SEED}`)
  t.comment(JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b))))
  const good = [...statuses].reduce((sum, [status, count]) => sum + (status < 300 ? count : 0), 0)
  t.ok(good > REQUESTS / 10, `${good} requests did something`)
  t.equal((await gateway.call('GET /2016-08-19/account-settings')).status, 200, 'it goes on')
})
