import { setTimeout as sleep } from 'node:timers/promises'
import { type Counts, check, type Finding } from './check.ts'
import { deployHandlers } from './deploy.ts'
import type { LedgerEntry } from './ledger-entry.ts'
import { faultKind, type Healing, makeFaults, type Schedule } from './nemesis.ts'
import {
  listedIds,
  lookAt,
  lookAtJournal,
  untilAllIsReported,
  untilIsScanned,
  untilNoneIsOpen,
} from './observation.ts'
import { grown, leftBehind, removeContainers, settledHandles } from './remains.ts'
import { Workload } from './workload.ts'
import { endWorld, forgetWorld, startWorld, untilReady, type World } from './world.ts'

/** How one schedule went. */
export interface Trial {
  schedule: Schedule
  findings: Finding[]
  counts: Counts
  recoveries: Recovery[]
  /** From the last lift until no invocation was open. */
  calmMs: number
  totalMs: number
  endedByThemselves: Ending[]
  /** Where logs and ledger are, kept where something was found. */
  directory: string
}

/** A process has ended without being told to; the last line that it has printed. */
export interface Ending {
  name: string
  line: string
}

/** Milliseconds from the lift of a fault to the next acknowledgement, and to the next run. */
export interface Recovery {
  kind: string
  ackMs?: number
  runMs?: number
}

export interface TrialOptions {
  /** Root of the source that is tested. */
  tree: string
  perSecond: number
  /** After so long without any end those that are still open count as lost. */
  stallMs?: number
}

/** An outage makes who retries wait twice as long as it lasted, and a lease takes its time to lapse. */
const STALL_MS = 80_000
const READY_MS = 90_000
/** Between the two looks: what changes a final record late would have done so by then. */
const BETWEEN_LOOKS_MS = 2500
/** Events grow too old in a minute at the least: only schedules of about that length have such. */
const STALE_MS = 45_000

/** Starts a platform, lets callers and faults at it, waits for calm, and holds the ledger against it. */
export async function runTrial(schedule: Schedule, options: TrialOptions): Promise<Trial> {
  const began = performance.now()
  let world: World
  try {
    world = await startWorld(schedule.topology, options.tree)
  } catch (error) {
    const totalMs = performance.now() - began
    const rest = { endedByThemselves: [], totalMs, directory: 'none' }
    return { schedule, ...unfinished(error), ...rest }
  }
  const cleanUp = () => removeContainers(world)
  process.once('exit', cleanUp)
  let outcome: Outcome
  try {
    outcome = await goThrough(world, schedule, options)
  } catch (error) {
    outcome = unfinished(error)
  }
  const { findings, ...rest } = outcome
  const hasEnded = await endWorld(world)
  if (hasEnded.some((code) => code !== 0)) {
    findings.push({ law: 'left', detail: `SIGTERM ended with ${hasEnded.join(', ')}, not with 0` })
  }
  findings.push(...(await leftBehind(world)))
  findings.push(...world.notes.map((detail): Finding => ({ law: 'noted', detail })))
  cleanUp()
  process.off('exit', cleanUp)
  if (findings.length === 0) forgetWorld(world)
  const totalMs = performance.now() - began
  const { directory } = world
  return { schedule, findings, ...rest, totalMs, endedByThemselves: endedOf(world), directory }
}

type Outcome = Pick<Trial, 'findings' | 'counts' | 'recoveries' | 'calmMs'>

function unfinished(error: unknown): Outcome {
  const detail = `The trial could not be finished: ${(error as Error).stack}`
  const counts = { intents: 0, acknowledged: 0, runs: 0, repeatedRuns: 0, faults: 0 }
  return { findings: [{ law: 'noted', detail }], counts, recoveries: [], calmMs: 0 }
}

async function goThrough(
  world: World,
  schedule: Schedule,
  options: TrialOptions,
): Promise<Outcome> {
  const triggersAt = performance.now()
  await deployHandlers(world)
  const handles = await settledHandles(world)
  const { stallMs = STALL_MS + 2 * schedule.loadMs } = options
  const healings = await underLoad(world, schedule, options)
  const calmFrom = performance.now()
  await untilReady(world, READY_MS)
  await untilIsScanned(world, stallMs)
  // What is told of an end begins to run when that has been reported.
  const stages = [untilNoneIsOpen, untilAllIsReported, untilNoneIsOpen]
  for (const stage of stages) if (!(await stage(world, stallMs))) break
  const calmMs = performance.now() - calmFrom
  const entries = await world.ledger.read()
  const ids = [...(await listedIds(world)), ...acknowledgedIds(entries)]
  const first = await lookAt(world, ids)
  await sleep(BETWEEN_LOOKS_MS)
  const second = await lookAt(world, ids)
  const kinds = schedule.faults.map(({ kind }) => faultKind(kind))
  const { findings, counts } = check({
    entries: await world.ledger.read(),
    first,
    second,
    journal: await lookAtJournal(world),
    blames: new Set(kinds.flatMap(({ blames = [] }) => blames)),
    clocksAgree: !kinds.some(({ movesClock }) => movesClock),
    spanMs: performance.now() - triggersAt,
  })
  findings.push(...(await grown(world, handles)))
  return { findings, counts, recoveries: recoveriesOf(healings, entries), calmMs }
}

/** Faults and callers at the same time; resolves when all faults are lifted and all callers are done. */
async function underLoad(
  world: World,
  schedule: Schedule,
  { perSecond }: TrialOptions,
): Promise<Healing[]> {
  const { seed, loadMs } = schedule
  const load = new AbortController()
  const isLong = loadMs > STALE_MS
  const work = new Workload(world, { seed, perSecond, isLong }).run(load.signal)
  try {
    const [healings] = await Promise.all([makeFaults(world, schedule.faults), sleep(loadMs)])
    return healings
  } finally {
    load.abort()
    await work
  }
}

function acknowledgedIds(entries: readonly LedgerEntry[]): string[] {
  return entries.flatMap((entry) => (entry.kind === 'ack' && entry.id ? [entry.id] : []))
}

function recoveriesOf(healings: Healing[], entries: readonly LedgerEntry[]): Recovery[] {
  return healings.map(({ kind, at }) => {
    const after = (wanted: LedgerEntry['kind']) => {
      const next = entries.find((entry) => entry.kind === wanted && entry.at >= at)
      return next && next.at - at
    }
    const [ackMs, runMs] = [after('ack'), after('run')]
    return {
      kind,
      ...(ackMs !== undefined && { ackMs }),
      ...(runMs !== undefined && { runMs }),
    }
  })
}

function endedOf({ nodes, redis, minio }: World): Ending[] {
  const processes = [...nodes.map((node) => node.process), redis.process, minio]
  return processes.flatMap(({ name, endings }) => endings.map((line) => ({ name, line })))
}
