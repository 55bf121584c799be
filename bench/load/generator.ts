import { performance } from 'node:perf_hooks'
import { percentile } from '../statistics.ts'
import { Connection, postRequest } from './connection.ts'
import type { Target } from './load.ts'
import { dueAt, dueBy, type Pace, type Schedule, schedule } from './schedule.ts'

/** More than any server answers at once on these cores; past it a request waits, and its clock runs. */
const CONNECTIONS = 128
/** Nothing that comes in is seen later than this. */
const NAP_MAX_MS = 0.2
const ANSWER_MS = 30_000

export interface OpenLoopOrder extends Target, Pace {}

export interface OpenLoopFigures {
  p50Ms: number
  p99Ms: number
  maxMs: number
  /** Answers a second, from the first that counts to the last. */
  perSecond: number
}

/**
 * The open loop, in a process of its own: sends by the clock, and measures each request from when it
 * was due. A server that stands still so counts against every request that was due meanwhile.
 */
const order = JSON.parse(process.argv[2] ?? '') as OpenLoopOrder
const url = new URL(order.url)
const request = postRequest(url, order.body, order.headers ?? {})
const connections = await Promise.all(
  Array.from({ length: CONNECTIONS }, () => Connection.open(url, fail)),
)
process.stdout.write(JSON.stringify(await run(schedule(performance.now() + 50, order))))
process.exit(0)

function run(plan: Schedule): Promise<OpenLoopFigures> {
  const free = [...connections]
  /** The requests that are due and have no connection: oldest first, as all are sent in order. */
  let sent = 0
  let due = 0
  let answers = 0
  let giveUpAt = Number.POSITIVE_INFINITY
  const latencies: number[] = []
  return new Promise((resolve) => {
    const send = () => {
      while (sent < due) {
        const connection = free.pop()
        if (!connection) return
        const dueTime = dueAt(plan, sent)
        const counts = sent >= plan.uncounted
        sent += 1
        connection.send(request, (status) => {
          if (status < 200 || status > 299) fail(new Error(`The server answered ${status}`))
          if (counts) latencies.push(performance.now() - dueTime)
          answers += 1
          free.push(connection)
          send()
        })
      }
    }
    const turn = () => {
      const now = performance.now()
      due = dueBy(plan, now)
      send()
      if (answers === plan.requests) return resolve(figuresOf(plan, latencies))
      if (due === plan.requests) giveUpAt = Math.min(giveUpAt, now + ANSWER_MS)
      if (now > giveUpAt) fail(new Error(`${plan.requests - answers} requests had no answer`))
      if (due < plan.requests) nap(dueAt(plan, due) - performance.now())
      setImmediate(turn)
    }
    turn()
  })
}

function figuresOf(plan: Schedule, latencies: number[]): OpenLoopFigures {
  const seconds = (performance.now() - dueAt(plan, plan.uncounted)) / 1000
  latencies.sort((a, b) => a - b)
  return {
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    maxMs: latencies.at(-1) ?? Number.NaN,
    perSecond: latencies.length / seconds,
  }
}

/** Timers of Node are no finer than a millisecond, and a loop without rest would take a core from the server. */
function nap(forMs: number): void {
  if (forMs > 0)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(forMs, NAP_MAX_MS))
}

function fail(error: Error): never {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
