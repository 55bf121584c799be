import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Client } from 'minio'
import type { Bench } from './bench.ts'
import { type MeasuredPlatform, request, until, withPlatform } from './platform.ts'
import { ms, type Row } from './report/row.ts'
import { medianOf, ofSamples } from './statistics.ts'

const OBJECTS = { full: 60, quick: 20 }
const BUCKET = 'bench-objects'
/** Nothing listens to what is stored there. */
const SILENT_BUCKET = 'bench-silent'
const SOURCE = 'export const handler = async () => Date.now()'

interface Page {
  invocations: { id: string; cause: { detail?: string } }[]
}

interface Looked {
  state: string
  result?: number
}

/** From the request that stores an object to the first line of the handler that it triggers, beside the PUT itself. */
export async function measureObjects({ quick }: Bench): Promise<Row[]> {
  return await withPlatform({}, async (platform) => {
    const { url } = platform
    const storage = await storageOf(platform)
    await storage.makeBucket(SILENT_BUCKET)
    await prepare(url)
    const delays: number[] = []
    const puts: number[] = []
    for (let index = 0; index <= OBJECTS[quick ? 'quick' : 'full']; index += 1) {
      const put = await timePut(storage, `object-${index}`)
      const delay = await timeToHandler(url, `object-${index}`)
      // The first ones are cold.
      if (index === 0) continue
      puts.push(put)
      delays.push(delay)
    }
    const p50 = ofSamples(delays, 0.5)
    const ratios = delays.map((delay, index) => delay / (puts[index] ?? Number.NaN))
    const figure = ms(p50.value)
    return [
      {
        what: 'object PUT → handler, p50 in ms',
        figure,
        against: `${delays.length} objects, warm`,
        ...p50,
        budget: { atMost: 25 },
      },
      {
        what: 'object PUT → handler, p50',
        figure,
        against: `the PUT itself, straight to the storage, ${ms(medianOf(puts))}`,
        ...ofSamples(ratios, 0.5),
      },
    ]
  })
}

async function prepare(url: string): Promise<void> {
  await request(`${url}/buckets/${BUCKET}`, 'PUT')
  await request(`${url}/functions`, 'POST', { name: 'on-object', source: SOURCE })
  await request(`${url}/functions/on-object/triggers`, 'POST', {
    type: 'object',
    bucket: BUCKET,
    events: ['s3:ObjectCreated:*'],
  })
}

/** The platform's own MinIO, as its owner. */
async function storageOf({ dataDir }: MeasuredPlatform): Promise<Client> {
  const read = async (file: string) => JSON.parse(await readFile(join(dataDir, file), 'utf8'))
  const { minioPort } = (await read('platform.json')) as { minioPort: number }
  const { s3AccessKeyId, s3SecretAccessKey } = (await read('secrets.json')) as Record<
    string,
    string
  >
  return new Client({
    endPoint: '127.0.0.1',
    port: minioPort,
    useSSL: false,
    accessKey: s3AccessKeyId ?? '',
    secretKey: s3SecretAccessKey ?? '',
  })
}

async function timePut(storage: Client, key: string): Promise<number> {
  const startedAt = performance.now()
  await storage.putObject(SILENT_BUCKET, key, 'x')
  return performance.now() - startedAt
}

async function timeToHandler(url: string, key: string): Promise<number> {
  const sentAt = Date.now()
  const response = await fetch(`${url}/buckets/${BUCKET}/objects/${key}`, {
    method: 'PUT',
    body: 'x',
  })
  if (!response.ok) throw new Error(`"${key}" was not stored: ${await response.text()}`)
  return (await handlerEntry(url, key)) - sentAt
}

async function handlerEntry(url: string, key: string): Promise<number> {
  let entered: number | undefined
  await until(`the object "${key}" was handled`, async () => {
    const page = await request<Page>(
      `${url}/functions/on-object/invocations?type=Event&limit=5`,
      'GET',
    )
    const found = page.invocations.find(({ cause }) => cause.detail?.endsWith(`/${key}`))
    if (!found) return false
    const { result } = await request<Looked>(`${url}/invocations/${found.id}`, 'GET')
    entered = result
    return entered !== undefined
  })
  return entered ?? Number.NaN
}
