import { alternate } from './alternate.ts'
import { type MeasuredPlatform, request, startEcho } from './platform.ts'
import { ms, perSecond, type Row } from './row.ts'

const EVENT = JSON.stringify({ n: 1 })
const SOURCE = 'export const handler = async (event) => ({ ok: true, n: event.n })'

/** Warm synchronous invocations beside a bare Fastify echo, A B A B, medians of the rounds. */
export async function measureWarm(platform: MeasuredPlatform): Promise<Row[]> {
  await request(`${platform.url}/functions`, 'POST', { name: 'warm', source: SOURCE })
  const echo = await startEcho()
  try {
    const ours = { url: `${platform.url}/functions/warm/invocations`, body: EVENT }
    const bare = { url: `${echo.url}/`, body: EVENT }
    const one = await alternate({ bare, ours }, 1)
    const many = await alternate({ bare, ours }, 16)
    return [
      {
        what: 'warm invocation, one client, p50',
        figure: ms(one.ours.p50Ms),
        against: `bare Fastify echo ${ms(one.bare.p50Ms)}`,
        value: one.ratio.p50Ms,
        budget: { atMost: 4 },
      },
      {
        what: 'warm invocation, one client, p99',
        figure: ms(one.ours.p99Ms),
        against: `bare Fastify echo ${ms(one.bare.p99Ms)}`,
        value: one.ratio.p99Ms,
        budget: { atMost: 10 },
      },
      {
        what: 'throughput, 16 clients',
        figure: perSecond(many.ours.perSecond),
        against: `bare Fastify echo ${perSecond(many.bare.perSecond)}`,
        value: many.ratio.perSecond,
        budget: { atLeast: 0.25 },
      },
    ]
  } finally {
    await echo.stop()
  }
}
