import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { firstCall } from './cold.ts'
import { SOURCE } from './peers/handler.ts'
import { atRest, type MeasuredPlatform, request, startOn } from './platform.ts'
import { privateMb, redisPid } from './processes.ts'
import { mb, ms, type Row } from './report/row.ts'
import { medianOf, ofSamples, once, over } from './statistics.ts'

const COUNTED = 1_000
const REGISTERED = 10_000
const AT_ONCE = 16
const COLD = 40
const PAGES = 50
/** The collector of garbage has come round by then. */
const SETTLE_MS = 5_000

/** What functions cost that are there and are not called: in memory, and in time. */
export async function measureMany(): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
  try {
    // What only the first start on a folder makes is no difference between the two that are compared.
    await (await startOn(dataDir)).stop()
    const before = await fill(dataDir)
    const startedAt = performance.now()
    const platform = await startOn(dataDir)
    const startSeconds = (performance.now() - startedAt) / 1000
    try {
      return [
        memoryRow(before.memoryMb, await settledMemory(platform)),
        {
          what: `start with ${REGISTERED.toLocaleString('en')} functions, in s`,
          figure: `${startSeconds.toFixed(1)} s`,
          against: 'from the start of the process until it is ready',
          ...once(startSeconds),
          budget: { atMost: 10 },
        },
        await listRow(platform),
        await coldRow(platform, before.cold),
      ]
    } finally {
      await platform.stop()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

interface Before {
  memoryMb: number
  cold: number[]
}

/** Registers all functions, and tells what the platform was like without them. */
async function fill(dataDir: string): Promise<Before> {
  const platform = await startOn(dataDir)
  try {
    const memoryMb = await settledMemory(platform)
    const cold = await coldStarts(platform)
    await register(platform)
    return { memoryMb, cold }
  } finally {
    await platform.stop()
  }
}

/**
 * Of ten times as many, on platforms that have both just started: what the collector of garbage
 * leaves to be collected is more than what 1,000 functions take.
 */
function memoryRow(before: number, after: number): Row {
  const cost = ((after - before) * COUNTED) / REGISTERED
  return {
    what: `memory of ${COUNTED.toLocaleString('en')} registered, unused functions, in MB`,
    figure: mb(cost),
    against: `a tenth of what ${REGISTERED.toLocaleString('en')} add to ${mb(before)}, after a start; private, platform and Redis`,
    ...once(cost),
    budget: { atMost: 20 },
  }
}

async function settledMemory(platform: MeasuredPlatform): Promise<number> {
  await atRest(platform)
  await sleep(SETTLE_MS)
  return (await privateMb(platform.pid)) + (await privateMb(await redisPid(platform)))
}

async function register({ url }: MeasuredPlatform): Promise<void> {
  let next = 0
  const registrars = Array.from({ length: AT_ONCE }, async () => {
    while (next < REGISTERED) {
      const name = `registered-${next}`
      next += 1
      await request(`${url}/functions`, 'POST', { name, source: SOURCE })
    }
  })
  await Promise.all(registrars)
}

async function coldStarts(platform: MeasuredPlatform): Promise<number[]> {
  const took: number[] = []
  for (let index = 0; index < COLD; index += 1) {
    took.push(await firstCall(platform, `cold-${index}`, () => atRest(platform)))
  }
  return took
}

/** Pages of the default size, each behind the one before. */
async function listRow({ url }: MeasuredPlatform): Promise<Row> {
  const took: number[] = []
  let cursor = ''
  for (let page = 0; page < PAGES; page += 1) {
    const startedAt = performance.now()
    const listed = await request<{ cursor: string }>(`${url}/functions${cursor}`, 'GET')
    took.push(performance.now() - startedAt)
    cursor = `?cursor=${encodeURIComponent(listed.cursor)}`
  }
  const p50 = ofSamples(took, 0.5)
  return {
    what: `list page of ${REGISTERED.toLocaleString('en')} functions, p50 in ms`,
    figure: ms(p50.value),
    against: `${PAGES} pages, the slowest ${ms(Math.max(...took))}`,
    ...p50,
    budget: { atMost: 20 },
  }
}

async function coldRow(platform: MeasuredPlatform, before: number[]): Promise<Row> {
  const p50 = ofSamples(await coldStarts(platform), 0.5)
  return {
    what: `cold beside ${REGISTERED.toLocaleString('en')} functions, p50`,
    figure: ms(p50.value),
    against: `without them ${ms(medianOf(before))}`,
    ...over(p50, medianOf(before)),
    budget: { atMost: 1.1 },
  }
}
