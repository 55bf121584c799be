import type { Bench } from './bench.ts'
import { deploy } from './lambda.ts'
import { atRest, request, withPlatform } from './platform.ts'
import { ms, type Row } from './report/row.ts'
import { ofSamples } from './statistics.ts'

const DEPLOYMENTS = { full: 50, quick: 15 }

/** How soon a new function of one file can be called, by Lambda's API. */
export async function measureDeploy({ quick }: Bench): Promise<Row[]> {
  return await withPlatform({}, async (platform) => {
    const { url } = platform
    const took: number[] = []
    for (let n = 0; n < DEPLOYMENTS[quick ? 'quick' : 'full']; n += 1) {
      await atRest(platform)
      took.push(await deploy(url, `small-${n}`))
      await request(`${url}/functions/small-${n}`, 'DELETE')
    }
    const p50 = ofSamples(took, 0.5)
    return [
      {
        what: 'deploy → first answer, small zip, p50 in ms',
        figure: ms(p50.value),
        against: `${took.length} deployments, the slowest ${ms(Math.max(...took))}`,
        ...p50,
        budget: { atMost: 100 },
      },
    ]
  })
}
