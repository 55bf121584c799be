import { type MeasuredPlatform, request, until } from './platform.ts'
import { ms, percentile, type Row } from './row.ts'

const OBJECTS = 40
const BUCKET = 'bench-objects'
const SOURCE = 'export const handler = async () => Date.now()'

interface Page {
  invocations: { id: string; cause: { detail?: string } }[]
}

interface Looked {
  state: string
  result?: number
}

/** From the request that stores an object to the first line of the handler that it triggers. */
export async function measureObjects({ url }: MeasuredPlatform): Promise<Row[]> {
  await request(`${url}/buckets/${BUCKET}`, 'PUT')
  await request(`${url}/functions`, 'POST', { name: 'on-object', source: SOURCE })
  await request(`${url}/functions/on-object/triggers`, 'POST', {
    type: 'object',
    bucket: BUCKET,
    events: ['s3:ObjectCreated:*'],
  })
  const delays: number[] = []
  for (let index = 0; index <= OBJECTS; index += 1) {
    const key = `object-${index}`
    const sentAt = Date.now()
    await fetch(`${url}/buckets/${BUCKET}/objects/${key}`, { method: 'PUT', body: 'x' })
    const enteredAt = await handlerEntry(url, key)
    // The first one is cold.
    if (index > 0) delays.push(enteredAt - sentAt)
  }
  delays.sort((a, b) => a - b)
  const p50 = percentile(delays, 0.5)
  return [
    {
      what: 'object PUT → handler, p50 in ms',
      figure: ms(p50),
      against: `${OBJECTS} objects, warm`,
      value: p50,
      budget: { atMost: 150 },
    },
  ]
}

async function handlerEntry(url: string, key: string): Promise<number> {
  let entered: number | undefined
  await until(`the object "${key}" was handled`, async () => {
    const page = await request<Page>(`${url}/functions/on-object/invocations?limit=5`, 'GET')
    const found = page.invocations.find(({ cause }) => cause.detail?.endsWith(`/${key}`))
    if (!found) return false
    const { result } = await request<Looked>(`${url}/invocations/${found.id}`, 'GET')
    entered = result
    return entered !== undefined
  })
  return entered ?? Number.NaN
}
