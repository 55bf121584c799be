import { randomBytes } from 'node:crypto'
import { makeZip } from '../core/functions/zip.ts'
import { alternate } from './alternate.ts'
import { type MeasuredPlatform, request } from './platform.ts'
import { medianOf, ms, perSecond, type Row } from './row.ts'

const CLIENTS = 16
const EVENT = JSON.stringify({ n: 1 })
const SOURCE = 'export const handler = async (event) => ({ ok: true, n: event.n })'
const FUNCTIONS = '/2015-03-31/functions'
const DEPLOYMENTS = 5
/** Random, so that it does not shrink. */
const PACKAGE_BYTES = 10 * 1024 * 1024

/** Lambda's face beside the REST face of the same function, and how soon a new one can be called. */
export async function measureLambda(platform: MeasuredPlatform): Promise<Row[]> {
  const { url } = platform
  await request(`${url}/functions`, 'POST', { name: 'faces', source: SOURCE })
  const rest = { url: `${url}/functions/faces/invocations`, body: EVENT }
  const lambda = { url: `${url}${FUNCTIONS}/faces/invocations`, body: EVENT }
  const faces = await alternate({ bare: rest, ours: lambda }, CLIENTS)
  const deployments: number[] = []
  for (let n = 0; n < DEPLOYMENTS; n += 1) deployments.push(await deploy(url, `large-${n}`))
  const deployMs = medianOf(deployments)
  return [
    {
      what: 'Lambda API, 16 clients',
      figure: perSecond(faces.ours.perSecond),
      against: `REST ${perSecond(faces.bare.perSecond)}`,
      value: faces.ratio.perSecond,
      budget: { atLeast: 0.85 },
    },
    {
      what: 'deployment of a 10 MB zip, until its first answer',
      figure: ms(deployMs),
      against: `${DEPLOYMENTS} deployments, the slowest ${ms(Math.max(...deployments))}`,
      value: deployMs / 1000,
      budget: { atMost: 1 },
    },
  ]
}

/** Milliseconds from the request that creates a function to the answer of its first invocation. */
async function deploy(url: string, name: string): Promise<number> {
  const zip = await makeZip({ 'index.mjs': SOURCE, 'data.bin': randomBytes(PACKAGE_BYTES) })
  const body = {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Role: 'arn:aws:iam::000000000000:role/bench',
    Handler: 'index.handler',
    Code: { ZipFile: zip.toString('base64') },
  }
  const began = performance.now()
  await request(`${url}${FUNCTIONS}`, 'POST', body)
  await request(`${url}${FUNCTIONS}/${name}/invocations`, 'POST', { n: 1 })
  return performance.now() - began
}
