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

/** Warm synchronous invocations beside limits and peers, in turns. */
export async function measureWarm(bench: Bench): Promise<(Row | Unmeasured)[]> {
  const { running, missing } = await bench.peers()
  return await withPlatform({}, async (platform) => {
    await using limits = new AsyncDisposableStack()
    const contestants = {
      ours: loadOf(await warmFunction(platform)),
      ...(await startLimits(limits)),
      ...Object.fromEntries(running.map(({ title, target }) => [title, loadOf(target)])),
    }
    const one = await alternate(contestants, { clients: 1, quick: bench.quick })
    const many = await alternate(contestants, { clients: CLIENTS, quick: bench.quick })
    return [
      ...latencyRows(one),
      ...throughputRows(many),
      ...running.flatMap((peer) => peerRows(peer, one, many)),
      ...missing.map(({ what, reason }) => ({ what: `warm, beside ${what}`, reason })),
    ]
  })
}

type Limit = 'fastify' | 'http' | 'framed'
type Names = 'ours' | Limit

/** Makes a function and gives what calls it. */
export async function warmFunction({ url }: MeasuredPlatform): Promise<Target> {
  await request(`${url}/functions`, 'POST', { name: 'warm', source: SOURCE })
  return { url: `${url}/functions/warm/invocations`, body: EVENT }
}

const loadOf =
  (target: Target): Contestant =>
  (load) =>
    wrk(target, load)

async function startLimits(started: AsyncDisposableStack): Promise<Record<Limit, Contestant>> {
  const fastify = await startPrinting(benchProgram('limits/fastify-echo.ts'))
  started.defer(() => fastify.stop())
  const http = await startPrinting(benchProgram('limits/http-echo.ts'))
  started.defer(() => http.stop())
  const framed = await startFramedEcho()
  started.defer(() => framed.stop())
  return {
    fastify: loadOf({ url: `${fastify.url}/`, body: EVENT }),
    http: loadOf({ url: `${http.url}/`, body: EVENT }),
    framed: framed.load,
  }
}

function latencyRows(one: Turns<Names>): Row[] {
  const p50 = ms(one.of('ours').p50Ms)
  return [
    {
      what: 'warm, one client, p50',
      figure: p50,
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
      what: 'warm, one client, p50',
      figure: p50,
      against: `bare node:http echo ${ms(one.of('http').p50Ms)}`,
      ...one.ratio('p50Ms', 'ours', 'http'),
    },
    {
      what: 'warm, one client, p50',
      figure: p50,
      against: `framed Unix-socket echo ${ms(one.of('framed').p50Ms)}`,
      ...one.ratio('p50Ms', 'ours', 'framed'),
    },
  ]
}

function throughputRows(many: Turns<Names>): Row[] {
  const what = `warm, ${CLIENTS} clients`
  const figure = perSecond(many.of('ours').perSecond)
  return [
    {
      what,
      figure,
      against: `bare Fastify echo ${perSecond(many.of('fastify').perSecond)}`,
      ...many.ratio('perSecond', 'ours', 'fastify'),
      budget: { atLeast: 0.4 },
    },
    {
      what,
      figure,
      against: `bare node:http echo ${perSecond(many.of('http').perSecond)}`,
      ...many.ratio('perSecond', 'ours', 'http'),
    },
    {
      what,
      figure,
      against: `framed Unix-socket echo ${perSecond(many.of('framed').perSecond)}`,
      ...many.ratio('perSecond', 'ours', 'framed'),
    },
  ]
}

function peerRows(
  { name, title, settings }: RunningPeer,
  one: Turns<string>,
  many: Turns<string>,
): Row[] {
  const latencyBudget = LATENCY_BUDGETS[name]
  const throughputBudget = THROUGHPUT_BUDGETS[name]
  return [
    {
      what: 'warm, one client, p50',
      figure: ms(one.of('ours').p50Ms),
      against: `${title} (${settings}) ${ms(one.of(title).p50Ms)}`,
      ...one.ratio('p50Ms', 'ours', title),
      ...(latencyBudget && { budget: latencyBudget }),
      ahead: { atMost: 1 },
    },
    {
      what: `warm, ${CLIENTS} clients`,
      figure: perSecond(many.of('ours').perSecond),
      against: `${title} ${perSecond(many.of(title).perSecond)}`,
      ...many.ratio('perSecond', 'ours', title),
      ...(throughputBudget && { budget: throughputBudget }),
      ahead: { atLeast: 1 },
    },
    {
      what: `warm, ${CLIENTS} clients, p99`,
      figure: ms(many.of('ours').p99Ms),
      against: `${title} ${ms(many.of(title).p99Ms)}`,
      ...many.ratio('p99Ms', 'ours', title),
      ahead: { atMost: 1 },
    },
  ]
}
