import { performance } from 'node:perf_hooks'
import Docker from 'dockerode'
import { type MeasuredPlatform, request, until } from './platform.ts'
import { ms, percentile, type Row } from './row.ts'

const FUNCTIONS = 100
/** POOL_GENERIC's default. */
const GENERICS = 4
const CONTAINERS = 15
const SOURCE = 'export const handler = async () => ({ ok: true })'

interface Ready {
  dependencies: { scheduler: { sandboxes: { generic: number; starting: number } } }
}

/** First calls of functions that were never called, a generic sandbox waiting, beside a plain container. */
export async function measureCold(platform: MeasuredPlatform, image: string): Promise<Row[]> {
  const firstCalls: number[] = []
  for (let index = 0; index < FUNCTIONS; index += 1) {
    const name = `cold-${index}`
    await request(`${platform.url}/functions`, 'POST', { name, source: SOURCE })
    await until('the pool is full and at rest', () => isAtRest(platform))
    const startedAt = performance.now()
    await request(`${platform.url}/functions/${name}/invocations`, 'POST', {})
    firstCalls.push(performance.now() - startedAt)
    await request(`${platform.url}/functions/${name}`, 'DELETE')
  }
  const plain: number[] = []
  for (let index = 0; index < CONTAINERS; index += 1) plain.push(await plainContainer(image))
  firstCalls.sort((a, b) => a - b)
  plain.sort((a, b) => a - b)
  const p50 = percentile(firstCalls, 0.5)
  const p99 = percentile(firstCalls, 0.99)
  const container = percentile(plain, 0.5)
  return [
    {
      what: 'cold start from a generic sandbox, p50 in ms',
      figure: ms(p50),
      against: `${FUNCTIONS} functions, first call each`,
      value: p50,
      budget: { atMost: 8 },
    },
    {
      what: 'cold start from a generic sandbox, p99 in ms',
      figure: ms(p99),
      against: `${FUNCTIONS} functions, first call each`,
      value: p99,
      budget: { atMost: 40 },
    },
    {
      what: 'cold start against a container',
      figure: ms(p50),
      against: `create + start of a plain container ${ms(container)}`,
      value: p50 / container,
      budget: { atMost: 1 / 20 },
    },
  ]
}

/** A start beside the one that is measured would take the cores from it. */
async function isAtRest({ url }: MeasuredPlatform): Promise<boolean> {
  const { dependencies } = await request<Ready>(`${url}/health/ready`, 'GET')
  const { sandboxes } = dependencies.scheduler
  return sandboxes.generic === GENERICS && sandboxes.starting === 0
}

/** Milliseconds to create and start a container that does nothing yet, by the engine's own API. */
async function plainContainer(image: string): Promise<number> {
  const docker = new Docker()
  const startedAt = performance.now()
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['node'],
    Cmd: ['-e', 'setTimeout(() => {}, 60_000)'],
    HostConfig: { NetworkMode: 'none' },
  })
  await container.start()
  const took = performance.now() - startedAt
  await container.remove({ force: true })
  return took
}
