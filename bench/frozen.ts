import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { postRequest } from './load/connection.ts'
import { LoneConnection } from './load/lone-connection.ts'
import { SOURCE } from './peers/handler.ts'
import {
  atRest,
  GENERICS,
  type MeasuredPlatform,
  request,
  until,
  withPlatform,
} from './platform.ts'
import { ms, type Row } from './report/row.ts'
import { medianOf, ofSamples } from './statistics.ts'

const CALLS = 50
/** As a caller that has done something else meanwhile, but short enough that nothing is frozen. */
const PAUSE_MS = 50
const NAME = 'frozen'

interface Health {
  dependencies: { scheduler: { sandboxes: { frozen: number } } }
}

/** A call of a function whose one sandbox is frozen, as the default settings leave it after ten seconds. */
export async function measureFrozen(_bench: Bench): Promise<Row[]> {
  return await withPlatform({ SANDBOX_FREEZE_AFTER_MS: '200' }, async (platform) => {
    await request(`${platform.url}/functions`, 'POST', { name: NAME, source: SOURCE })
    const target = new URL(`/functions/${NAME}/invocations`, platform.url)
    const connection = await LoneConnection.open(target)
    const post = postRequest(target, '{"n":1}', {})
    await call(connection, post, 'generic')
    await atRest(platform, GENERICS)
    const thawed: Called[] = []
    const warm: Called[] = []
    for (let index = 0; index < CALLS; index += 1) {
      await untilFrozen(platform)
      thawed.push(await call(connection, post, 'thawed'))
      await sleep(PAUSE_MS)
      warm.push(await call(connection, post, 'warm'))
    }
    connection.close()
    const p50 = ofSamples(tooks(thawed), 0.5)
    const thawing = medianOf(thawed.map(({ acquireMs }) => acquireMs))
    return [
      {
        what: 'frozen sandbox thawed and answering, p50 in ms',
        figure: ms(p50.value),
        against: `${ms(thawing)} of it thawing; one that ran, after a pause, ${ms(medianOf(tooks(warm)))}`,
        ...p50,
        budget: { atMost: 1.5 },
      },
    ]
  })
}

async function untilFrozen({ url }: MeasuredPlatform): Promise<void> {
  await until('the sandbox is frozen', async () => {
    const { dependencies } = await request<Health>(`${url}/health/ready`, 'GET')
    return dependencies.scheduler.sandboxes.frozen === 1
  })
}

interface Called {
  took: number
  acquireMs: number
}

const tooks = (calls: readonly Called[]) => calls.map(({ took }) => took)

/** Throws where its sandbox was not had as `start` says. */
async function call(connection: LoneConnection, request: string, start: string): Promise<Called> {
  const { took, response } = await connection.ask(request)
  const [, acquireMs] = new RegExp(`acquire;dur=([\\d.]+);desc="${start}"`).exec(response) ?? []
  if (acquireMs === undefined) throw new Error(`A call was answered with ${response}`)
  return { took, acquireMs: Number(acquireMs) }
}
