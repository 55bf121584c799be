import t from 'tap'
import type { InvocationTally } from '../../../core/invocations/invocation-tally.ts'
import { type AdviceFacts, advise } from '../../../gateway/advice/advise.ts'
import { OUT_OF_MEMORY, TIMED_OUT, tallyOf } from '../../fixtures/tallies.ts'

const now = new Date('2026-01-30T12:00:00Z')
const HOUR_MS = 3600_000
const DAY_MS = 24 * HOUR_MS

/** What was seen since a day, by memory size. */
function facts(
  sizes: Record<number, InvocationTally>,
  fields: Partial<AdviceFacts> = {},
): AdviceFacts {
  const series = Object.entries(sizes).map(([memoryMb, tally]) => ({
    version: '$LATEST',
    memoryMb: Number(memoryMb),
    tally,
    since: new Date(now.getTime() - DAY_MS),
    until: now,
  }))
  return { now, memoryMb: 128, timeoutSeconds: 3, series, provisioned: [], ...fields }
}

const codes = (given: AdviceFacts) => advise(given).findings.map(({ code }) => code)

t.test('too few invocations give no advice, and say so', async (t) => {
  t.match(advise(facts({})), {
    invocations: 0,
    coldStartShare: 0,
    sizes: [],
    findings: [{ code: 'too-few-invocations', message: /^0 invocations were seen, .* needs 100/ }],
  })
  const few = advise(facts({ 1024: tallyOf(99), 2048: tallyOf(99) }, { memoryMb: 1024 }))
  t.equal(few.memory, undefined)
  t.equal(few.estimate, undefined)
  t.match(few.findings, [{ code: 'too-few-invocations', message: /^198 / }])
  t.ok(advise(facts({ 1024: tallyOf(100) })).memory)
})

t.test(
  'the memory that is advised is what was used and a fifth, in a size of Lambda’s',
  async (t) => {
    const cases: [used: number, configured: number, advised: number][] = [
      [60, 128, 128],
      [60, 1024, 128],
      [106, 128, 128],
      [107, 128, 192],
      [200, 1024, 256],
      [500, 512, 640],
      [9000, 10_240, 10_240],
      [10_200, 10_240, 10_240],
    ]
    for (const [used, memoryMb, advised] of cases) {
      const tally = tallyOf(1, { maxMemoryMb: used }, tallyOf(200, { maxMemoryMb: 50 }))
      const { memory, sizes } = advise(facts({ [memoryMb]: tally }, { memoryMb }))
      t.equal(memory?.memoryMb, advised, `${used} of ${memoryMb}`)
      t.ok((memory?.memoryMb ?? 0) >= used)
      t.match(sizes, [{ memoryMb, usedMemoryMb: { max: used } }])
    }
    const spread = tallyOf(10, { maxMemoryMb: 100 }, tallyOf(90, { maxMemoryMb: 40 }))
    const [size] = advise(facts({ 128: tallyOf(1, { maxMemoryMb: 120 }, spread) })).sizes
    const { p95 = 0, p99 = 0, max = 0 } = size?.usedMemoryMb ?? {}
    t.ok(p95 >= 100 && p95 <= 110 && p99 === p95 && max === 120, `${p95} ${p99} ${max}`)
  },
)

t.test('never less than was used in any size, nor than a size that was not enough', async (t) => {
  const large = tallyOf(100, { maxMemoryMb: 400 })
  const seen = { 512: tallyOf(100, { maxMemoryMb: 90 }), 1024: large }
  t.equal(advise(facts(seen, { memoryMb: 512 })).memory?.memoryMb, 512)
  const tooSmall = { 128: tallyOf(1, OUT_OF_MEMORY), 1024: tallyOf(100) }
  t.equal(advise(facts(tooSmall, { memoryMb: 1024 })).memory?.memoryMb, 256)
  const ended = tallyOf(3, OUT_OF_MEMORY, tallyOf(100))
  const advice = advise(facts({ 512: ended }, { memoryMb: 512 }))
  t.match(advice.memory, { memoryMb: 1024, reason: /512 MB were not enough/ })
  t.match(advice.findings, [
    {
      code: 'out-of-memory',
      message: '3 of 103 invocations with 512 MB ran out of memory',
      remedy: /Raise memoryMb to 1024/,
    },
  ])
  t.notOk(codes(facts({ 512: ended }, { memoryMb: 1024 })).includes('out-of-memory'), 'it is past')
  const all = advise(facts({ 128: tallyOf(100, OUT_OF_MEMORY) }))
  t.equal(all.memory, undefined)
  t.equal(all.sizes[0]?.usedMemoryMb, undefined)
  t.match(all.findings, [{ code: 'out-of-memory', remedy: /256/ }])
})

t.test(
  'of several sizes that were seen, the cheapest is advised and the fastest told',
  async (t) => {
    const took = (durationMs: number, maxMemoryMb = 200) =>
      tallyOf(100, { durationMs, maxMemoryMb })
    // Twice the memory, three times as fast; four times the memory, no faster.
    const seen = { 256: took(900), 512: took(300), 2048: took(290) }
    t.match(advise(facts(seen, { memoryMb: 256 })).memory, {
      memoryMb: 512,
      comparison: { cheapestMemoryMb: 512, fastestMemoryMb: 2048 },
      reason: /^Of 256, 512, 2048 MB that were seen, .* fewest GB-seconds/,
    })
    // Where less was cheaper as far as was seen, less still is.
    const flat = { 1024: took(100, 60), 512: took(100, 60) }
    t.match(advise(facts(flat, { memoryMb: 1024 })).memory, {
      memoryMb: 128,
      comparison: { cheapestMemoryMb: 512 },
      reason: /the smallest was the cheapest/,
    })
    // A size that was seen a few times only, or that is too small, is not compared.
    const others = { 256: took(1, 300), 512: took(300), 1024: tallyOf(5, { durationMs: 1 }) }
    const { memory } = advise(facts(others, { memoryMb: 512 }))
    t.strictSame([memory?.memoryMb, memory?.comparison], [384, undefined])
  },
)

t.test('a month is estimated from the rate that was seen, at Lambda’s prices', async (t) => {
  // 2,400 in a day are 100 an hour: 73,000 a month of 730 hours.
  const tally = tallyOf(2400, { durationMs: 199.5, maxMemoryMb: 60 })
  const { estimate } = advise(facts({ 1024: tally }, { memoryMb: 1024 }))
  t.equal(estimate?.invocationsPerMonth, 73_000)
  t.match(estimate?.now, { memoryMb: 1024, gbSeconds: 14_600 })
  t.match(estimate?.advised, { memoryMb: 128, gbSeconds: 1825 })
  const near = (value: number | undefined, wanted: number) =>
    t.ok(Math.abs((value ?? 0) - wanted) < 1e-9, `${value} is ${wanted}`)
  near(estimate?.now.computeUsd, 14_600 * 0.0000166667)
  near(estimate?.now.requestsUsd, 0.073 * 0.2)
  near(estimate?.now.totalUsd, 14_600 * 0.0000166667 + 0.0146)
  near(estimate?.advised.totalUsd, 1825 * 0.0000166667 + 0.0146)

  const brief = facts({ 128: tallyOf(100) })
  for (const one of brief.series) one.since = new Date(now.getTime() - 1000)
  t.equal(advise(brief).estimate?.invocationsPerMonth, 73_000, 'less than an hour counts as one')
  const seen = { 512: tallyOf(100, { durationMs: 300 }), 1024: tallyOf(100, { durationMs: 100 }) }
  const compared = advise(facts(seen, { memoryMb: 512 })).estimate
  t.ok(compared && compared.advised.gbSeconds < compared.now.gbSeconds, 'each by its own durations')
})

t.test('timeouts are held against what invocations took', async (t) => {
  const took = (durationMs: number) => tallyOf(100, { durationMs })
  const cases: [tally: InvocationTally, timeoutSeconds: number, code: string | undefined][] = [
    [took(10), 3, undefined],
    [took(2000), 3, undefined],
    [took(2500), 3, 'timeout-near-limit'],
    [tallyOf(1, { ...TIMED_OUT, durationMs: 3001 }, took(10)), 3, 'timed-out'],
    [tallyOf(1, { ...TIMED_OUT, durationMs: 3001 }, took(10)), 30, undefined],
    [took(10), 10, undefined],
    [took(10), 60, 'timeout-far-above-use'],
    [took(6000), 60, undefined],
    [took(5000), 900, 'timeout-far-above-use'],
  ]
  for (const [tally, timeoutSeconds, code] of cases) {
    const found = codes(facts({ 128: tally }, { timeoutSeconds }))
    t.strictSame(found, code ? [code] : [], `${tally.maxDurationUs} of ${timeoutSeconds}`)
  }
  const far = advise(facts({ 128: took(5000) }, { timeoutSeconds: 900 })).findings[0]
  t.match(far, { message: /longer than 5 s, of 900 s/, remedy: /^Set timeoutSeconds to 15:/ })
  const most = tallyOf(1, { ...TIMED_OUT, durationMs: 900_000 }, took(10))
  t.match(advise(facts({ 128: most }, { timeoutSeconds: 900 })).findings, [
    { code: 'timed-out', message: '1 of 101 invocations timed out', remedy: /^Do less/ },
  ])
})

t.test('memory that is far above or near to what was used is told', async (t) => {
  t.match(advise(facts({ 1024: tallyOf(100) }, { memoryMb: 1024 })).findings, [
    {
      code: 'memory-above-use',
      message: 'Of 1024 MB at most 60 were used',
      remedy: /^Set memoryMb to 128, .* CPU shrinks .* \/tmp/,
    },
  ])
  const tight = tallyOf(100, { maxMemoryMb: 120 })
  t.match(advise(facts({ 128: tight })).findings, [
    { code: 'memory-near-limit', message: /Up to 120 MB .* has 128/, remedy: /192/ },
  ])
  t.strictSame(codes(facts({ 130: tallyOf(100, { maxMemoryMb: 108 }) }, { memoryMb: 130 })), [])
  const most = { 10240: tallyOf(100, { maxMemoryMb: 10_200 }) }
  t.strictSame(codes(facts(most, { memoryMb: 10_240 })), [])
  const ended = { 10240: tallyOf(100, OUT_OF_MEMORY) }
  t.match(advise(facts(ended, { memoryMb: 10_240 })).findings, [{ remedy: /^Let the function/ }])
})

t.test('provisioned concurrency that nothing uses is told after a day', async (t) => {
  const use = (invocations: number, ageMs: number) => ({
    qualifier: 'live',
    setAt: new Date(now.getTime() - ageMs),
    invocations,
  })
  const found = (provisioned: AdviceFacts['provisioned']) =>
    codes(facts({ 128: tallyOf(100) }, { provisioned }))
  t.strictSame(found([use(0, DAY_MS)]), ['provisioned-unused'])
  t.strictSame(found([use(0, DAY_MS - 1)]), [])
  t.strictSame(found([use(1, 9 * DAY_MS)]), [])
})

t.test('versions and periods of one size are counted together', async (t) => {
  const given = facts({ 128: tallyOf(60, { initMs: 2 }) })
  const more = facts({ 128: tallyOf(60, { errorType: 'Error' }) }).series
  const since = new Date(now.getTime() - 9 * DAY_MS)
  for (const one of more) Object.assign(one, { version: '1', since })
  const advice = advise({ ...given, series: [...given.series, ...more] })
  t.match(advice, { invocations: 120, coldStarts: 60, coldStartShare: 0.5, errors: 60, since })
  t.equal(advice.sizes.length, 1)
  t.ok(advice.memory)
})
