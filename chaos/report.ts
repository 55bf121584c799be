import type { Counts, Law } from './check.ts'
import type { Schedule } from './nemesis.ts'
import type { Ending, Recovery, Trial } from './trial.ts'

const FINDINGS_SHOWN = 20

/** A schedule as it is read by people, and given to `--replay`. */
export function scheduleLines({ faults }: Schedule): string[] {
  return faults.map(({ kind, atMs, lengthMs, choice }) => {
    const at = (atMs / 1000).toFixed(1).padStart(6)
    return `  ${at} s  ${kind}  for ${(lengthMs / 1000).toFixed(1)} s  (${choice.toFixed(3)})`
  })
}

/** One trial: what was done, what came of it, and the verdict. */
export function trialText(trial: Trial): string {
  const { schedule, counts, findings, calmMs, totalMs, endedByThemselves } = trial
  const lines = [
    `seed ${schedule.seed} (${schedule.topology})`,
    ...scheduleLines(schedule),
    `  ${countsText(counts)}`,
    `  calm after ${seconds(calmMs)}, ${seconds(totalMs)} in all`,
  ]
  for (const { name, times, last } of endingsOf(endedByThemselves)) {
    lines.push(`  ${name} ended by itself, ${times} times, at last: ${last}`)
  }
  for (const { law, detail } of findings.slice(0, FINDINGS_SHOWN))
    lines.push(`  ! ${law}: ${detail}`)
  const more = findings.length - FINDINGS_SHOWN
  if (more > 0) lines.push(`  ! and ${more} more`)
  if (findings.length > 0) lines.push(`  logs and ledger: ${trial.directory}`)
  lines.push(findings.length === 0 ? '  held' : `  VIOLATED: ${lawsOf(trial).join(', ')}`)
  return lines.join('\n')
}

function endingsOf(endings: readonly Ending[]) {
  return [...new Set(endings.map(({ name }) => name))].map((name) => {
    const own = endings.filter((ending) => ending.name === name)
    return { name, times: own.length, last: own.at(-1)?.line ?? '' }
  })
}

/** What was broken, each law once. */
export function lawsOf({ findings }: Pick<Trial, 'findings'>): Law[] {
  return [...new Set(findings.map(({ law }) => law))]
}

/** All trials together. */
export function summaryText(trials: readonly Trial[]): string {
  const counts = trials.map((trial) => trial.counts).reduce(sum, ZERO)
  const findings = trials.flatMap((trial) => trial.findings)
  const count = (law: Law) => findings.filter((finding) => finding.law === law).length
  const violated = trials.filter((trial) => trial.findings.length > 0)
  const kinds = new Set(trials.flatMap(({ schedule }) => schedule.faults.map(({ kind }) => kind)))
  return [
    '',
    `${trials.length} schedules, ${kinds.size} kinds of faults, ${countsText(counts)}`,
    `lost ${count('lost')}, missed objects ${count('missed')}, undelivered ${count('undelivered')}, phantoms ${count('phantom')}, ` +
      `double results ${count('double result')}, double invocations ${count('double invocation')}, ` +
      `second message ids ${count('second message')}, wrong ends ${count('wrong end')}, ` +
      `wrong in the journal ${count('journal')}, left behind ${count('left')}`,
    ...recoveryLines(trials.flatMap(({ recoveries }) => recoveries)),
    violated.length === 0
      ? 'HELD'
      : `VIOLATED by seeds ${violated.map(({ schedule }) => schedule.seed).join(', ')}`,
  ].join('\n')
}

const ZERO: Counts = { intents: 0, acknowledged: 0, runs: 0, repeatedRuns: 0, faults: 0 }

function sum(a: Counts, b: Counts): Counts {
  return {
    intents: a.intents + b.intents,
    acknowledged: a.acknowledged + b.acknowledged,
    runs: a.runs + b.runs,
    repeatedRuns: a.repeatedRuns + b.repeatedRuns,
    faults: a.faults + b.faults,
  }
}

function countsText(counts: Counts): string {
  const { intents, acknowledged, runs, repeatedRuns, faults } = counts
  return (
    `${intents} meant, ${acknowledged} acknowledged, ${runs} runs ` +
    `(${repeatedRuns} repeated), ${faults} attempts ended by faults`
  )
}

/** Of each kind: median and greatest time from its lift to the next acknowledgement and the next run. */
function recoveryLines(recoveries: readonly Recovery[]): string[] {
  const kinds = [...new Set(recoveries.map(({ kind }) => kind))].sort()
  return kinds.map((kind) => {
    const own = recoveries.filter((recovery) => recovery.kind === kind)
    const ack = spread(own.flatMap(({ ackMs }) => ackMs ?? []))
    const run = spread(own.flatMap(({ runMs }) => runMs ?? []))
    return `  ${kind.padEnd(30)} next ack ${ack}, next run ${run}`
  })
}

function spread(values: number[]): string {
  if (values.length === 0) return 'none'
  const ascending = values.sort((a, b) => a - b)
  const median = ascending[Math.floor((ascending.length - 1) / 2)] ?? 0
  return `${seconds(median)} (at most ${seconds(ascending.at(-1) ?? 0)})`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
