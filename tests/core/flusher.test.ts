import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Flusher } from '../../core/flusher.ts'
import { eventually } from '../fixtures/rest.ts'

t.test('however many ask, one flush follows the other', async (t) => {
  let running = 0
  const seen: unknown[] = []
  const flusher = new Flusher<string>(async (part) => {
    running += 1
    t.equal(running, 1)
    await sleep(1)
    seen.push(part)
    running -= 1
  })
  await Promise.all([flusher.now(), flusher.now('a'), flusher.now('b'), flusher.now('c')])
  t.strictSame(seen, [undefined, 'a', 'b', 'c'])
  t.equal(flusher.isFlushing, false)
})

t.test('who waits for a flush that fails is told, and the next one runs', async (t) => {
  let tries = 0
  const flusher = new Flusher(async () => {
    tries += 1
    await sleep(1)
    if (tries === 1) throw new Error('It is away')
  })
  const both = Promise.allSettled([flusher.now(), flusher.now()])
  await flusher.idle()
  t.strictSame(
    (await both).map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  await flusher.now()
  t.equal(tries, 2)
})

t.test('a timer flushes once, a failed flush can ask again, and stop forgets it', async (t) => {
  let flushes = 0
  const flusher = new Flusher(async () => {
    flushes += 1
    if (flushes < 3) {
      flusher.later(1)
      throw new Error('It is away')
    }
  })
  flusher.later(1)
  flusher.later(1)
  await eventually('the third has gone well', async () => (flushes === 3 ? true : undefined))
  flusher.later(1)
  flusher.stop()
  await sleep(20)
  t.equal(flushes, 3)
})
