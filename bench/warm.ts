import type { Bench } from './bench.ts'
import { startFramedEcho } from './limits/framed.ts'
import { alternate, type Contestant, type Turns } from './load/alternate.ts'
import type { Target } from './load/load.ts'
import { wrk } from './load/wrk.ts'
import { EVENT, SOURCE } from './peers/handler.ts'
import type { RunningPeer } from './peers/running.ts'
import { type MeasuredPlatform, request, withPlatform } from './platform.ts'
import { type Bound, ms, perSecond, type Row, type Unmeasured } from './report/row.ts'
import { benchProgram, startPrinting } from './server-process.ts'

const CLIENTS = 16
/** Peers for which the project has set itself a figure, beyond being ahead. */
const LATENCY_BUDGETS: Record<string, Bound> = { 'functions-framework': { atMost: 1 } }
const THROUGHPUT_BUDGETS: Record<string, Bound> = { 'functions-framework': { atLeast: 1.5 } }

/** Limits beside the Fastify echo: a quick run leaves them out. */
const FURTHER_LIMITS = { http: 'bare node:http echo', framed: 'framed Unix-socket echo' } as const

type FurtherLimit = keyof typeof FURTHER_LIMITS

/** Warm synchronous invocations beside limits and peers, in turns. */
export async function measureWarm(bench: Bench): Promise<(Row | Unmeasured)[]> {
  const { running, missing } = await bench.peers()
  return await withPlatform({}, async (platform) => {
    await using limits = new AsyncDisposableStack()
    const further = bench.quick ? {} : await startFurtherLimits(limits)
    const failures = new Map<string, Unmeasured>()
    const contestants: Record<string, Contestant> = {
      ours: loadOf(await warmFunction(platform)),
      fastify: await startFastify(limits),
      ...further,
      ...Object.fromEntries(running.map((peer) => [keyOf(peer), peerLoad(peer, failures)])),
    }
    const one = await alternate(contestants, { clients: 1, quick: bench.quick })
    const many = await alternate(contestants, { clients: CLIENTS, quick: bench.quick })
    return [
      ...fastifyRows(one, many),
      ...(Object.keys(further) as FurtherLimit[]).flatMap((name) => limitRows(name, one, many)),
      ...running
        .filter(({ title }) => !failures.has(title))
        .flatMap((peer) => peerRows(peer, one, many)),
      ...[...missing, ...failures.values()].map(besidePeer),
    ]
  })
}

/** Makes a function and gives what calls it. */
export async function warmFunction(
  { url }: MeasuredPlatform,
  configuration: { concurrency?: number } = {},
): Promise<Target> {
  await request(`${url}/functions`, 'POST', { name: 'warm', source: SOURCE, ...configuration })
  return { url: `${url}/functions/warm/invocations`, body: EVENT }
}

const loadOf =
  (target: Target): Contestant =>
  (load) =>
    wrk(target, load)

/** Apart from our own names, whatever a peer is called. */
const keyOf = ({ title }: RunningPeer) => `peer ${title}`

const besidePeer = (peer: Unmeasured) => ({ ...peer, what: `warm, beside ${peer.what}` })

/** A peer that fails under load loses its own rows alone. */
function peerLoad({ title, target }: RunningPeer, failures: Map<string, Unmeasured>): Contestant {
  const none = { p50Ms: Number.NaN, p99Ms: Number.NaN, perSecond: Number.NaN }
  return async (load) => {
    if (failures.has(title)) return none
    return await wrk(target, load).catch((error: Error) => {
      failures.set(title, { what: title, reason: error.message })
      return none
    })
  }
}

export async function startFastify(started: AsyncDisposableStack): Promise<Contestant> {
  const fastify = await startPrinting(benchProgram('limits/fastify-echo.ts'))
  started.defer(() => fastify.stop())
  return loadOf({ url: `${fastify.url}/`, body: EVENT })
}

async function startFurtherLimits(
  started: AsyncDisposableStack,
): Promise<Record<FurtherLimit, Contestant>> {
  const http = await startPrinting(benchProgram('limits/http-echo.ts'))
  started.defer(() => http.stop())
  const framed = await startFramedEcho()
  started.defer(() => framed.stop())
  return { http: loadOf({ url: `${http.url}/`, body: EVENT }), framed: framed.load }
}

function fastifyRows(one: Turns<string>, many: Turns<string>): Row[] {
  return [
    {
      what: 'warm, one client, p50',
      figure: ms(one.of('ours').p50Ms),
      against: `bare Fastify echo ${ms(one.of('fastify').p50Ms)}`,
      ...one.ratio('p50Ms', 'ours', 'fastify'),
      budget: { atMost: 2.5 },
    },
    {
      what: 'warm, one client, p99',
      figure: ms(one.of('ours').p99Ms),
      against: `bare Fastify echo ${ms(one.of('fastify').p99Ms)}`,
      ...one.ratio('p99Ms', 'ours', 'fastify'),
      budget: { atMost: 10 },
    },
    {
      what: `warm, ${CLIENTS} clients`,
      figure: perSecond(many.of('ours').perSecond),
      against: `bare Fastify echo ${perSecond(many.of('fastify').perSecond)}`,
      ...many.ratio('perSecond', 'ours', 'fastify'),
      budget: { atLeast: 0.4 },
    },
  ]
}

/** There to be read: no budget is set against them. */
function limitRows(name: FurtherLimit, one: Turns<string>, many: Turns<string>): Row[] {
  const title = FURTHER_LIMITS[name]
  return [
    {
      what: 'warm, one client, p50',
      figure: ms(one.of('ours').p50Ms),
      against: `${title} ${ms(one.of(name).p50Ms)}`,
      ...one.ratio('p50Ms', 'ours', name),
    },
    {
      what: `warm, ${CLIENTS} clients`,
      figure: perSecond(many.of('ours').perSecond),
      against: `${title} ${perSecond(many.of(name).perSecond)}`,
      ...many.ratio('perSecond', 'ours', name),
    },
  ]
}

function peerRows(peer: RunningPeer, one: Turns<string>, many: Turns<string>): Row[] {
  const { name, title, settings } = peer
  const key = keyOf(peer)
  const latencyBudget = LATENCY_BUDGETS[name]
  const throughputBudget = THROUGHPUT_BUDGETS[name]
  return [
    {
      what: 'warm, one client, p50',
      figure: ms(one.of('ours').p50Ms),
      against: `${title} (${settings}) ${ms(one.of(key).p50Ms)}`,
      ...one.ratio('p50Ms', 'ours', key),
      ...(latencyBudget && { budget: latencyBudget }),
      ahead: { atMost: 1 },
    },
    {
      what: `warm, ${CLIENTS} clients`,
      figure: perSecond(many.of('ours').perSecond),
      against: `${title} ${perSecond(many.of(key).perSecond)}`,
      ...many.ratio('perSecond', 'ours', key),
      ...(throughputBudget && { budget: throughputBudget }),
      ahead: { atLeast: 1 },
    },
    {
      what: `warm, ${CLIENTS} clients, p99`,
      figure: ms(many.of('ours').p99Ms),
      against: `${title} ${ms(many.of(key).p99Ms)}`,
      ...many.ratio('p99Ms', 'ours', key),
      ahead: { atMost: 1 },
    },
  ]
}
