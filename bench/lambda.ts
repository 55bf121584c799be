import { randomBytes } from 'node:crypto'
import { Hash } from '@smithy/core/serde'
import { SignatureV4 } from '@smithy/signature-v4'
import { REGION } from '../core/functions/function.ts'
import { makeZip } from '../core/functions/zip.ts'
import type { Bench } from './bench.ts'
import { alternate } from './load/alternate.ts'
import type { Target } from './load/load.ts'
import { wrk } from './load/wrk.ts'
import { EVENT, SOURCE } from './peers/handler.ts'
import { request, withPlatform } from './platform.ts'
import { ms, perSecond, type Row } from './report/row.ts'
import { medianOf, over, overRounds } from './statistics.ts'

const CLIENTS = 16
const FUNCTIONS = '/2015-03-31/functions'
const DEPLOYMENTS = 5
const API_KEY = randomBytes(24).toString('base64url')
/** Random, so that it does not shrink. */
const PACKAGE_BYTES = 10 * 1024 * 1024

/** Lambda's face beside the REST face of the same function, and how soon a new one can be called. */
export async function measureLambda({ quick }: Bench): Promise<Row[]> {
  const { faces, deployments } = await withPlatform({}, async ({ url }) => {
    await request(`${url}/functions`, 'POST', { name: 'faces', source: SOURCE })
    const rest = { url: `${url}/functions/faces/invocations`, body: EVENT }
    const lambda = { url: `${url}${FUNCTIONS}/faces/invocations`, body: EVENT }
    const faces = await besides({ rest, lambda }, quick)
    const deployments: number[] = []
    for (let n = 0; n < DEPLOYMENTS; n += 1) {
      deployments.push(await deploy(url, `large-${n}`, randomBytes(PACKAGE_BYTES)))
    }
    return { faces, deployments }
  })
  const signed = await withPlatform({ HEARTH_API_KEY: API_KEY }, ({ url }) =>
    measureSigned(url, quick),
  )
  return [
    {
      what: `Lambda API, ${CLIENTS} clients`,
      figure: perSecond(faces.of('lambda').perSecond),
      against: `REST ${perSecond(faces.of('rest').perSecond)}`,
      ...faces.ratio('perSecond', 'lambda', 'rest'),
      budget: { atLeast: 0.85 },
    },
    {
      what: `Lambda API, signed, ${CLIENTS} clients`,
      figure: perSecond(signed.of('lambda').perSecond),
      against: `REST with the key ${perSecond(signed.of('rest').perSecond)}`,
      ...signed.ratio('perSecond', 'lambda', 'rest'),
      budget: { atLeast: 0.6 },
    },
    {
      what: 'deploy → first answer, 10 MB zip, in s',
      figure: ms(medianOf(deployments)),
      against: `${DEPLOYMENTS} deployments`,
      ...over(overRounds(deployments), 1000),
      budget: { atMost: 1 },
    },
  ]
}

function besides({ rest, lambda }: { rest: Target; lambda: Target }, quick: boolean) {
  return alternate(
    { rest: (load) => wrk(rest, load), lambda: (load) => wrk(lambda, load) },
    { clients: CLIENTS, quick },
  )
}

/** On a platform that wants a key: REST with it, beside requests that are signed with it. */
async function measureSigned(url: string, quick: boolean) {
  const authorization = `Bearer ${API_KEY}`
  const response = await fetch(`${url}/functions`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'faces', source: SOURCE }),
  })
  if (!response.ok) throw new Error(`Function was not made: ${await response.text()}`)
  const rest = {
    url: `${url}/functions/faces/invocations`,
    body: EVENT,
    headers: { authorization },
  }
  const lambda = await signedTarget(url, `${FUNCTIONS}/faces/invocations`)
  return await besides({ rest, lambda }, quick)
}

/** Signed once: it is good for a quarter of an hour, and is verified each time anew. */
async function signedTarget(url: string, path: string): Promise<Target> {
  const { host, hostname, port } = new URL(url)
  const signer = new SignatureV4({
    service: 'lambda',
    region: REGION,
    credentials: { accessKeyId: 'hearth', secretAccessKey: API_KEY },
    sha256: Hash.bind(null, 'sha256'),
  })
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path,
    query: {},
    headers: { host, 'content-type': 'application/json' },
    body: EVENT,
  })
  const { host: _host, ...rest } = headers
  return { url: `${url}${path}`, body: EVENT, headers: rest }
}

/** Milliseconds from the request that creates a function to the answer of its first invocation. */
export async function deploy(url: string, name: string, data?: Buffer): Promise<number> {
  const zip = await makeZip({ 'index.mjs': SOURCE, ...(data && { 'data.bin': data }) })
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
