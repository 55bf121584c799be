import { load } from './load.ts'
import { type MeasuredPlatform, request, startEcho } from './platform.ts'
import { ms, perSecond, type Row } from './row.ts'

const ROUNDS = 3
const EVENT = JSON.stringify({ n: 1 })
const SOURCE = 'export const handler = async (event) => ({ ok: true, n: event.n })'

/** Warm synchronous invocations beside a bare Fastify echo, A B A B, medians of the rounds. */
export async function measureWarm(platform: MeasuredPlatform): Promise<Row[]> {
  await request(`${platform.url}/functions`, 'POST', { name: 'warm', source: SOURCE })
  const echo = await startEcho()
  try {
    const ours = { url: `${platform.url}/functions/warm/invocations`, method: 'POST', body: EVENT }
    const bare = { url: `${echo.url}/`, method: 'POST', body: EVENT }
    const one = await alternate(bare, ours, { clients: 1, requests: 4000 })
    const many = await alternate(bare, ours, { clients: 16, requests: 20_000 })
    return [
      {
        what: 'warm invocation, one client, p50',
        figure: ms(one.ours.p50Ms),
        against: `bare Fastify echo ${ms(one.bare.p50Ms)}`,
        value: one.ours.p50Ms / one.bare.p50Ms,
        budget: { atMost: 4 },
      },
      {
        what: 'warm invocation, one client, p99',
        figure: ms(one.ours.p99Ms),
        against: `bare Fastify echo ${ms(one.bare.p99Ms)}`,
        value: one.ours.p99Ms / one.bare.p99Ms,
        budget: { atMost: 10 },
      },
      {
        what: 'throughput, 16 clients',
        figure: perSecond(many.ours.perSecond),
        against: `bare Fastify echo ${perSecond(many.bare.perSecond)}`,
        value: many.ours.perSecond / many.bare.perSecond,
        budget: { atLeast: 0.25 },
      },
    ]
  } finally {
    await echo.stop()
  }
}

type Target = { url: string; method: string; body: string }
type Figures = { p50Ms: number; p99Ms: number; perSecond: number }

async function alternate(bare: Target, ours: Target, size: { clients: number; requests: number }) {
  const rounds: { bare: Figures; ours: Figures }[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({
      bare: await load({ ...bare, ...size }),
      ours: await load({ ...ours, ...size }),
    })
  }
  return { bare: medians(rounds.map((r) => r.bare)), ours: medians(rounds.map((r) => r.ours)) }
}

function medians(all: Figures[]): Figures {
  const middle = (pick: (figures: Figures) => number) =>
    all.map(pick).sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN
  return {
    p50Ms: middle((f) => f.p50Ms),
    p99Ms: middle((f) => f.p99Ms),
    perSecond: middle((f) => f.perSecond),
  }
}
