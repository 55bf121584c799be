import { performance } from 'node:perf_hooks'
import { Connection, postRequest } from './load/connection.ts'
import { EVENT, SOURCE } from './peers/handler.ts'
import { atRest, type MeasuredPlatform, request, withPlatform } from './platform.ts'
import { ms, type Row } from './report/row.ts'
import { overRounds, percentile } from './statistics.ts'

const POOL = 50
const SMALL = 50
const LARGE = 200
const ROUNDS = 3

/** What one burst came to. */
interface Burst {
  /** Milliseconds until each of the answers, in rising order. */
  latencies: number[]
  errors: number
}

/** Calls that come all at once to functions that do not run, where so many generic sandboxes wait. */
export async function measureBurst(): Promise<Row[]> {
  return await withPlatform({ POOL_GENERIC: String(POOL) }, async (platform) => {
    const ofOne: Burst[] = []
    const ofMany: Burst[] = []
    const large: Burst[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      ofOne.push(await burst(platform, { functions: 1, calls: SMALL }))
      ofMany.push(await burst(platform, { functions: SMALL, calls: SMALL }))
      large.push(await burst(platform, { functions: 1, calls: LARGE }))
    }
    return [
      lastAnswerRow(`burst 0 → ${SMALL} of one function, all answered, in ms`, ofOne),
      lastAnswerRow(`burst of ${SMALL} functions × 1, all answered, in ms`, ofMany),
      ...largeRows(large),
    ]
  })
}

async function burst(
  platform: MeasuredPlatform,
  { functions, calls }: { functions: number; calls: number },
): Promise<Burst> {
  const names = Array.from({ length: functions }, (_, index) => `burst-${index}`)
  for (const name of names) {
    await request(`${platform.url}/functions`, 'POST', { name, source: SOURCE })
  }
  const requests = Array.from({ length: calls }, (_, index) => {
    const path = `/functions/${names[index % names.length]}/invocations`
    return postRequest(new URL(`${platform.url}${path}`), EVENT, {})
  })
  await atRest(platform, POOL)
  const answered = await sendAtOnce(new URL(platform.url), requests)
  for (const name of names) await request(`${platform.url}/functions/${name}`, 'DELETE')
  return answered
}

/** On connections that are open already, in one turn of the event loop. */
async function sendAtOnce(url: URL, requests: string[]): Promise<Burst> {
  const latencies: number[] = []
  let errors = 0
  let answered: () => void = () => undefined
  const failed = () => {
    errors += 1
    answered()
  }
  const connections = await Promise.all(requests.map(() => Connection.open(url, failed)))
  await new Promise<void>((resolve) => {
    answered = () => {
      if (latencies.length + errors === requests.length) resolve()
    }
    const startedAt = performance.now()
    requests.forEach((text, index) => {
      connections[index]?.send(text, (status) => {
        if (status === 200) latencies.push(performance.now() - startedAt)
        else errors += 1
        answered()
      })
    })
  })
  for (const connection of connections) connection.close()
  return { latencies, errors }
}

function lastAnswerRow(what: string, bursts: Burst[]): Row {
  const last = overRounds(bursts.map(({ latencies }) => latencies.at(-1) ?? Number.NaN))
  const first = overRounds(bursts.map(({ latencies }) => latencies[0] ?? Number.NaN)).value
  const errors = errorsOf(bursts)
  return {
    what,
    figure: ms(last.value),
    against: `pool of ${POOL}; the first after ${ms(first)}${errors > 0 ? `; ${errors} errors` : ''}`,
    ...last,
    budget: { atMost: 150 },
  }
}

function largeRows(bursts: Burst[]): Row[] {
  const p99 = overRounds(bursts.map(({ latencies }) => percentile(latencies, 0.99)))
  const errors = errorsOf(bursts)
  const what = `burst 0 → ${LARGE} with a pool of ${POOL}`
  return [
    {
      what: `${what}, p99 in ms`,
      figure: ms(p99.value),
      against: `${ROUNDS} bursts`,
      ...p99,
      budget: { atMost: 2000 },
    },
    {
      what: `${what}, errors`,
      figure: `${errors}`,
      against: `${LARGE * ROUNDS} calls`,
      ...overRounds(bursts.map((one) => one.errors)),
      value: errors,
      budget: { atMost: 0 },
    },
  ]
}

const errorsOf = (bursts: Burst[]) => bursts.reduce((sum, { errors }) => sum + errors, 0)
