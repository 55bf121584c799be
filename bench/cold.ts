import type { Bench } from './bench.ts'
import { postRequest } from './load/connection.ts'
import { LoneConnection } from './load/lone-connection.ts'
import { SOURCE } from './peers/handler.ts'
import { PEERS } from './peers/known.ts'
import { timeFirstAnswer, titleOf } from './peers/running.ts'
import { plainContainer } from './plain-container.ts'
import { atRest, GENERICS, type MeasuredPlatform, request, withPlatform } from './platform.ts'
import { ms, type Row } from './report/row.ts'
import { medianOf, ofSamples, over, overRounds } from './statistics.ts'

const FUNCTIONS = { full: 200, quick: 40 }
/** One plain container for so many functions, so that both see the same machine. */
const FUNCTIONS_PER_CONTAINER = 10
const NONE_WAITING = 20
const PEER_STARTS = 3

/** First calls of functions that were never called, beside a plain container and the starts of peers. */
export async function measureCold(bench: Bench): Promise<Row[]> {
  const { first, plain } = await withPlatform({}, (platform) => fromGenerics(platform, bench))
  const p50 = ofSamples(first, 0.5)
  const p99 = ofSamples(first, 0.99)
  const container = medianOf(plain)
  const calls = `${first.length} functions, first call each`
  const rows: Row[] = [
    {
      what: 'cold, a generic sandbox waits, p50 in ms',
      figure: ms(p50.value),
      against: calls,
      ...p50,
      budget: { atMost: 3 },
    },
    {
      what: 'cold, a generic sandbox waits, p99 in ms',
      figure: ms(p99.value),
      against: calls,
      ...p99,
      budget: { atMost: 15 },
    },
    {
      what: 'cold, a generic sandbox waits',
      figure: ms(p50.value),
      against: `create + start of a plain container, until its first answer, ${ms(container)}`,
      ...over(p50, container),
      budget: { atMost: 1 / 40 },
    },
  ]
  if (bench.quick) return rows
  return [...rows, await withNoneWaiting(bench), ...(await besidePeers(p50.value))]
}

async function fromGenerics(platform: MeasuredPlatform, { image, quick }: Bench) {
  const first: number[] = []
  const plain: number[] = []
  for (let index = 0; index < FUNCTIONS[quick ? 'quick' : 'full']; index += 1) {
    if (index % FUNCTIONS_PER_CONTAINER === 0) plain.push(await plainContainer(image))
    first.push(await firstCall(platform, `cold-${index}`, () => atRest(platform, GENERICS)))
  }
  return { first, plain }
}

/** Milliseconds of the first call of a function that is made for it, and is gone afterwards; the connection is open. */
export async function firstCall(
  { url }: MeasuredPlatform,
  name: string,
  ready: () => Promise<void>,
): Promise<number> {
  await request(`${url}/functions`, 'POST', { name, source: SOURCE })
  const target = new URL(`/functions/${name}/invocations`, url)
  const connection = await LoneConnection.open(target)
  await ready()
  const { took } = await connection.ask(postRequest(target, JSON.stringify({ n: 1 }), {}))
  connection.close()
  await request(`${url}/functions/${name}`, 'DELETE')
  return took
}

/** Without generic sandboxes a cold start is a container's, and should cost no more. */
async function withNoneWaiting({ image }: Bench): Promise<Row> {
  return await withPlatform({ POOL_GENERIC: '0' }, async (platform) => {
    const ours: number[] = []
    const plain: number[] = []
    for (let index = 0; index < NONE_WAITING; index += 1) {
      plain.push(await plainContainer(image))
      ours.push(await firstCall(platform, `none-${index}`, () => atRest(platform, 0)))
    }
    const ratios = ours.map((took, index) => took / (plain[index] ?? Number.NaN))
    return {
      what: 'cold, none waiting',
      figure: ms(medianOf(ours)),
      against: `plain container ${ms(medianOf(plain))}, ${NONE_WAITING} each in turns`,
      ...ofSamples(ratios, 0.5),
      budget: { atMost: 1.1 },
    }
  })
}

/** A peer's cold start is that of its process: it serves one function. */
async function besidePeers(ours: number): Promise<Row[]> {
  const rows: Row[] = []
  for (const peer of PEERS) {
    const starts: number[] = []
    try {
      for (let time = 0; time < PEER_STARTS; time += 1) starts.push(await timeFirstAnswer(peer))
    } catch {
      // Said in the rows of warm invocations, with the reason.
      continue
    }
    rows.push({
      what: 'cold, p50',
      figure: ms(ours),
      against: `${titleOf(peer)}, from the start of its process, ${ms(medianOf(starts))}`,
      ...overRounds(starts.map((start) => ours / start)),
      ahead: { atMost: 1 },
    })
  }
  return rows
}
