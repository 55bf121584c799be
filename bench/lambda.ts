import { randomBytes } from 'node:crypto'
import { Hash } from '@smithy/core/serde'
import { SignatureV4 } from '@smithy/signature-v4'
import { REGION } from '../core/functions/function.ts'
import { makeZip } from '../core/functions/zip.ts'
import { alternate } from './alternate.ts'
import { type MeasuredPlatform, request, startMeasured } from './platform.ts'
import { medianOf, ms, perSecond, type Row } from './row.ts'
import type { Target } from './wrk.ts'

const CLIENTS = 16
const EVENT = JSON.stringify({ n: 1 })
const SOURCE = 'export const handler = async (event) => ({ ok: true, n: event.n })'
const FUNCTIONS = '/2015-03-31/functions'
const DEPLOYMENTS = 5
const API_KEY = randomBytes(24).toString('base64url')
/** Random, so that it does not shrink. */
const PACKAGE_BYTES = 10 * 1024 * 1024

/** Lambda's face beside the REST face of the same function, and how soon a new one can be called. */
export async function measureLambda(platform: MeasuredPlatform): Promise<Row[]> {
  const { url } = platform
  await request(`${url}/functions`, 'POST', { name: 'faces', source: SOURCE })
  const rest = { url: `${url}/functions/faces/invocations`, body: EVENT }
  const lambda = { url: `${url}${FUNCTIONS}/faces/invocations`, body: EVENT }
  const faces = await alternate({ bare: rest, ours: lambda }, CLIENTS)
  const signed = await measureSigned()
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
      what: 'Lambda API, signed, 16 clients',
      figure: perSecond(signed.ours.perSecond),
      against: `REST with the key ${perSecond(signed.bare.perSecond)}`,
      value: signed.ratio.perSecond,
      budget: { atLeast: 0.6 },
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

/** On a platform that wants a key: REST with it, beside requests that are signed with it. */
async function measureSigned() {
  const platform = await startMeasured({ HEARTH_API_KEY: API_KEY })
  try {
    const { url } = platform
    const authorization = `Bearer ${API_KEY}`
    const response = await fetch(`${url}/functions`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'faces', source: SOURCE }),
    })
    if (!response.ok) throw new Error(`Function was not made: ${await response.text()}`)
    const path = `${FUNCTIONS}/faces/invocations`
    const rest = {
      url: `${url}/functions/faces/invocations`,
      body: EVENT,
      headers: { authorization },
    }
    return await alternate({ bare: rest, ours: await signedTarget(url, path) }, CLIENTS)
  } finally {
    await platform.stop()
  }
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
