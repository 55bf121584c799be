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

const UNUSED = 1_000
const REGISTERED = 10_000
const AT_ONCE = 16
const COLD = 40
const PAGES = 50
/** The collector of garbage has come round by then. */
const SETTLE_MS = 5_000

/** What functions cost that are there and are not called: 1,000 in memory, 10,000 in time. */
export async function measureMany(): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
  try {
    const { unused, coldBefore } = await fill(dataDir)
    const startedAt = performance.now()
    const platform = await startOn(dataDir)
    const startSeconds = (performance.now() - startedAt) / 1000
    try {
      return [
        unused,
        {
          what: `start with ${REGISTERED.toLocaleString('en')} functions, in s`,
          figure: `${startSeconds.toFixed(1)} s`,
          against: 'from the start of the process until it is ready',
          ...once(startSeconds),
          budget: { atMost: 10 },
        },
        await listRow(platform),
        await coldRow(platform, coldBefore),
      ]
    } finally {
      await platform.stop()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Registers all functions, and measures on the way what changes with them. */
async function fill(dataDir: string): Promise<{ unused: Row; coldBefore: number[] }> {
  const platform = await startOn(dataDir)
  try {
    const coldBefore = await coldStarts(platform)
    await sleep(SETTLE_MS)
    const before = await memory(platform)
    await register(platform, 0, UNUSED)
    await sleep(SETTLE_MS)
    const cost = (await memory(platform)) - before
    await register(platform, UNUSED, REGISTERED)
    const unused: Row = {
      what: `memory of ${UNUSED.toLocaleString('en')} registered, unused functions, in MB`,
      figure: mb(cost),
      against: 'private, of the platform and its Redis',
      ...once(cost),
      budget: { atMost: 20 },
    }
    return { unused, coldBefore }
  } finally {
    await platform.stop()
  }
}

async function memory(platform: MeasuredPlatform): Promise<number> {
  return (await privateMb(platform.pid)) + (await privateMb(await redisPid(platform)))
}

async function register({ url }: MeasuredPlatform, from: number, to: number): Promise<void> {
  let next = from
  const registrars = Array.from({ length: AT_ONCE }, async () => {
    while (next < to) {
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
