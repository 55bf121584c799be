import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { PROJECT, readSetupResult } from '../setup/setup-result.ts'
import { type Arguments, parseArguments, USAGE, UsageError } from './arguments.ts'
import type { Bench } from './bench.ts'
import { PEERS } from './peers/known.ts'
import { type Peers, startPeers } from './peers/running.ts'
import { chart } from './report/chart.ts'
import { withResults } from './report/document.ts'
import { type Machine, machineLine, readMachine } from './report/machine.ts'
import type { Result, Unmeasured } from './report/row.ts'
import { table } from './report/table.ts'
import { beaten, missed } from './report/verdict.ts'
import { isWanted, TOPICS } from './topics.ts'

const DOCUMENT = join(PROJECT, 'docs', 'performance.md')
const CHART = join(PROJECT, 'docs', 'performance.svg')

process.exitCode = await main(process.argv.slice(2))

async function main(words: string[]): Promise<number> {
  let wanted: Arguments
  try {
    wanted = parseArguments(words, Object.keys(TOPICS))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\n${USAGE}\n`)
    return 2
  }
  const startedAt = performance.now()
  const machine = await readMachine()
  const results = await measure(wanted)
  const minutes = Math.ceil((performance.now() - startedAt) / 60_000)
  await report({ wanted, machine, results, minutes })
  const failures = missed(results, wanted.quick)
  const worse = wanted.quick ? 'budgets missed by far' : 'budgets missed'
  process.stderr.write(
    `\n${failures.length} ${worse}, ${beaten(results).length} rows behind a peer\n`,
  )
  return failures.length > 0 ? 1 : 0
}

async function measure({ topics, quick, peers: given }: Arguments): Promise<Result[]> {
  const results: Result[] = []
  let started: Promise<Peers> | undefined
  const bench: Bench = {
    quick,
    image: readSandboxImage(),
    peers: () => {
      started ??= startPeers(quick ? [] : PEERS, given)
      return started
    },
  }
  try {
    for (const [name, topic] of Object.entries(TOPICS)) {
      if (!isWanted(name, { topics, quick })) continue
      process.stderr.write(`measuring ${name}\n`)
      const rows = await topic.measure(bench).catch((error: Error) => [failure(name, error)])
      const load = loadavg()[0] ?? Number.NaN
      results.push(...rows.map((row) => ({ ...row, topic: name, load })))
    }
    return results
  } finally {
    for (const peer of (await started)?.running ?? []) await peer.stop()
  }
}

/** The one that the platforms of this run use, too. */
function readSandboxImage(): string {
  const { sandboxImage } = readSetupResult()
  if (sandboxImage.state === 'missing') throw new Error(sandboxImage.reason)
  return sandboxImage.value
}

/** One topic that fails leaves the others their minutes. */
function failure(what: string, error: Error): Unmeasured {
  process.stderr.write(`${error.stack}\n`)
  return { what, reason: error.message, failed: true }
}

interface Run {
  wanted: Arguments
  machine: Machine
  results: Result[]
  minutes: number
}

async function report({ wanted, machine, results, minutes }: Run): Promise<void> {
  const text = `${machineLine(machine)}, ${minutes} minutes\n\n${table(results)}`
  process.stdout.write(`${text}\n`)
  await mkdir(dirname(wanted.json), { recursive: true })
  const { quick, json } = wanted
  await writeFile(json, `${JSON.stringify({ quick, minutes, machine, results }, null, 2)}\n`)
  if (!wanted.write) return
  const drawn = '![The same as bars: each figure as a share of its budget](performance.svg)'
  await writeFile(CHART, chart(results))
  const document = await readFile(DOCUMENT, 'utf8')
  await writeFile(DOCUMENT, withResults(document, `${text}\n\n${drawn}`))
}
