import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { runMutants } from './mutants/run.ts'
import { FAULT_KINDS, faultKind, type PlanOptions, planSchedule, SHORT_FORM } from './nemesis.ts'
import { scheduleLines, summaryText, trialText } from './report.ts'
import { canBuildShim } from './shim.ts'
import { shrink } from './shrink.ts'
import { runTrial, type Trial, type TrialOptions } from './trial.ts'

const USAGE = `npm run chaos -- [options]
  --seed <n>          first seed; one is drawn where it is not given (0 with --short)
  --schedules <n>     how many schedules, of seeds that follow each other (default 10)
  --minutes <n>       go on for so long instead
  --faults <a,b,...>  only these kinds
  --per-schedule <n>  faults of one schedule (default 5)
  --rate <n>          events a second (default 40)
  --short             every kind of fault in four schedules, for CI: under 6 minutes
  --shared            also faults of the container engine itself: others on this machine feel them
  --shrink            looks for the fewest faults that still break what was broken
  --mutants [--only <a,b>]  breaks the platform on purpose, one way at a time: each must be noticed
  --json <file>       also writes all of it as JSON
  --list              the kinds of faults`

const ROOT = dirname(import.meta.dirname)
const WINDOW_MS = 16_000
const RATE = '40'

const { values: given } = parseArgs({
  options: {
    seed: { type: 'string' },
    schedules: { type: 'string' },
    minutes: { type: 'string' },
    faults: { type: 'string' },
    'per-schedule': { type: 'string' },
    rate: { type: 'string', default: RATE },
    short: { type: 'boolean', default: false },
    shared: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

if (given.help) console.log(USAGE)
else if (given.list) list()
else if (given.mutants) process.exitCode = await runMutants(ROOT, given.only?.split(','))
else process.exitCode = await hunt()

function list(): void {
  for (const [name, { does, topologies, needs }] of Object.entries(FAULT_KINDS)) {
    console.log(`${name.padEnd(30)} ${does} [${topologies.join(', ')}${needs ? `; ${needs}` : ''}]`)
  }
}

/** Runs schedule after schedule; 0 where all that was promised held. */
async function hunt(): Promise<number> {
  const fresh = given.short ? SHORT_FORM.seed : Math.floor(Math.random() * 1e6) * 2
  const first = number(given.seed) ?? fresh
  const options: TrialOptions = { tree: ROOT, perSecond: number(given.rate) ?? Number(RATE) }
  const plan = planOptions()
  const minutes = number(given.minutes)
  const deadline = minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + minutes * 60_000
  const most = number(given.schedules) ?? (given.short ? SHORT_FORM.schedules : minutes ? 1e6 : 10)
  console.log(`seed ${first}`)
  const trials: Trial[] = []
  for (let seed = first; seed < first + most && Date.now() < deadline; seed += 1) {
    const trial = await runTrial(planSchedule(seed, plan), options)
    trials.push(trial)
    console.log(trialText(trial))
    if (trial.findings.length > 0) console.log(`  again: ${again(seed)}`)
    if (given.shrink && trial.findings.length > 0) await shrinkAndTell(trial, options)
  }
  console.log(summaryText(trials))
  if (given.json) writeFileSync(given.json, `${JSON.stringify(trials, null, 2)}\n`)
  return trials.some(({ findings }) => findings.length > 0) ? 1 : 0
}

/** What runs this one schedule once more. */
function again(seed: number): string {
  const { faults, rate, short, shared } = given
  const perSchedule = given['per-schedule']
  const words = ['npm run chaos --', `--seed ${seed} --schedules 1`]
  if (short) words.push('--short')
  if (shared) words.push('--shared')
  if (faults) words.push(`--faults ${faults}`)
  if (perSchedule) words.push(`--per-schedule ${perSchedule}`)
  if (rate !== RATE) words.push(`--rate ${rate}`)
  return words.join(' ')
}

function planOptions(): PlanOptions {
  const kinds = given.faults?.split(',') ?? Object.keys(FAULT_KINDS)
  const hasShim = canBuildShim()
  const isMissing = (name: string) => !hasShim && faultKind(name).needs === 'shim'
  const missing = kinds.filter(isMissing)
  if (missing.length > 0) console.log(`NO C COMPILER (cc): without ${missing.join(', ')}`)
  return {
    kinds: kinds.filter(
      (name) => !isMissing(name) && (given.shared || faultKind(name).needs !== 'shared'),
    ),
    faults: number(given['per-schedule']) ?? (given.short ? SHORT_FORM.faults : 5),
    windowMs: given.short ? SHORT_FORM.windowMs : WINDOW_MS,
  }
}

async function shrinkAndTell({ schedule }: Trial, options: TrialOptions): Promise<void> {
  console.log(`  looking for fewer faults than ${schedule.faults.length} ...`)
  const smallest = await shrink(schedule, async (candidate) => {
    const { findings } = await runTrial(candidate, options)
    return findings.length > 0
  })
  console.log(['  enough to break it:', ...scheduleLines(smallest)].join('\n'))
}

function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new Error(`"${text}" is no number\n${USAGE}`)
  return value
}
