import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { request, until, withPlatform } from './platform.ts'
import { ms, type Row } from './report/row.ts'
import { medianOf, ofSamples } from './statistics.ts'

const TAILS = 10
const CALLS = 50
const PAUSE_MS = 50
const NAME = 'tailed'
const SOURCE =
  "export const handler = async ({ n }) => console.log('call', n, 'wrote at', Date.now())"

/** From `console.log` in a sandbox to those who follow the function's log, several at once. */
export async function measureTails(_bench: Bench): Promise<Row[]> {
  return await withPlatform({}, async ({ url }) => {
    await request(`${url}/functions`, 'POST', { name: NAME, source: SOURCE })
    const call = (event: object) => request(`${url}/functions/${NAME}/invocations`, 'POST', event)
    // Makes the sandbox; its line is none of those that are measured.
    await call({})
    const delays: number[] = []
    const end = new AbortController()
    const tails = Array.from({ length: TAILS }, () => follow(url, end.signal, delays))
    const ready = await Promise.all(tails)
    for (let index = 0; index < CALLS; index += 1) {
      await call({ n: index })
      await sleep(PAUSE_MS)
    }
    await until('every tail has every line', async () => delays.length === TAILS * CALLS)
    end.abort()
    await Promise.all(ready.map(({ done }) => done))
    return [
      {
        what: 'console.log → reader, ten tails at once, p99 in ms',
        figure: ms(ofSamples(delays, 0.99).value),
        against: `${CALLS} lines to each; p50 ${ms(medianOf(delays))}`,
        ...ofSamples(delays, 0.99),
        budget: { atMost: 300 },
      },
    ]
  })
}

/** Resolves when it is told of what comes from now on; each line's delay goes into `delays`. */
async function follow(
  url: string,
  signal: AbortSignal,
  delays: number[],
): Promise<{ done: Promise<void> }> {
  const response = await fetch(`${url}/functions/${NAME}/logs/live?search=wrote`, { signal })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!response.ok || !reader) throw new Error(`A tail was answered ${response.status}`)
  await reader.read()
  const read = async () => {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const now = Date.now()
      for (const [, written] of value.matchAll(/call \d+ wrote at (\d+)/g)) {
        delays.push(now - Number(written))
      }
    }
  }
  // Ended by the signal, it rejects.
  return { done: read().catch(() => undefined) }
}
