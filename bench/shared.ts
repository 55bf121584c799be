import type { Bench } from './bench.ts'
import { alternate } from './load/alternate.ts'
import { wrk } from './load/wrk.ts'
import { withPlatform } from './platform.ts'
import { perSecond, type Row } from './report/row.ts'
import { startFastify, warmFunction } from './warm.ts'

const CLIENTS = 64
const CONCURRENCY = 64

/** Many invocations at a time in one sandbox, beside the Fastify echo, in turns. */
export async function measureShared({ quick }: Bench): Promise<Row[]> {
  return await withPlatform({}, async (platform) => {
    await using limits = new AsyncDisposableStack()
    const target = await warmFunction(platform, { concurrency: CONCURRENCY })
    const turns = await alternate(
      { ours: (load) => wrk(target, load), fastify: await startFastify(limits) },
      { clients: CLIENTS, quick },
    )
    return [
      {
        what: `warm, ${CLIENTS} clients, ${CONCURRENCY} invocations a sandbox`,
        figure: perSecond(turns.of('ours').perSecond),
        against: `bare Fastify echo ${perSecond(turns.of('fastify').perSecond)}`,
        ...turns.ratio('perSecond', 'ours', 'fastify'),
        budget: { atLeast: 0.75 },
      },
    ]
  })
}
