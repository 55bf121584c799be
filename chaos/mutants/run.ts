import { rmSync } from 'node:fs'
import { loadMs, type Schedule } from '../nemesis.ts'
import { lawsOf, trialText } from '../report.ts'
import { runTrial } from '../trial.ts'
import { MUTANTS } from './list.ts'
import type { Mutant } from './mutant.ts'
import { type MutantTree, makeTree } from './tree.ts'

const PER_SECOND = 40
const WINDOW_MS = 9000
/** Without the mutant one after the other ends in less. */
const STALL_MS = 20_000

/** On a busy machine a schedule may come to little: too few events for the mutant to do harm to one. */
const TRIES = 3

/** Runs every mutant, or the named ones, against the schedule that must notice it; 0 where each was caught. */
export async function runMutants(root: string, only?: readonly string[]): Promise<number> {
  const chosen = MUTANTS.filter(({ name }) => only?.includes(name) ?? true)
  // What is out of date is told before minutes are spent.
  for (const mutant of chosen) makeTree(root, mutant).remove()
  const survivors: string[] = []
  for (const mutant of chosen) {
    if (!(await isCaught(root, mutant))) survivors.push(mutant.name)
  }
  const caught = chosen.length - survivors.length
  console.log(`${caught} of ${chosen.length} mutants were caught`)
  if (survivors.length > 0) console.log(`NOT CAUGHT: ${survivors.join(', ')}`)
  return survivors.length > 0 || chosen.length === 0 ? 1 : 0
}

async function isCaught(root: string, mutant: Mutant): Promise<boolean> {
  const tree = makeTree(root, mutant)
  try {
    for (let tries = 0; tries < TRIES; tries += 1)
      if (await isNoticed(mutant, tree, tries)) return true
    return false
  } finally {
    tree.remove()
  }
}

/** Whether the schedule breaks a law that the mutant is to break; each try has another seed. */
async function isNoticed(mutant: Mutant, tree: MutantTree, tries: number): Promise<boolean> {
  const { name, breaks, topology, faults, laws } = mutant
  const schedule: Schedule = {
    seed: (topology === 'one' ? 2 : 1) + 2 * tries,
    topology,
    faults: [...faults],
    loadMs: loadMs(faults, WINDOW_MS),
  }
  const options = { tree: tree.path, perSecond: PER_SECOND, stallMs: STALL_MS }
  const trial = await runTrial(schedule, options)
  const broken = lawsOf(trial).filter((law) => laws.includes(law))
  const verdict = broken.length > 0 ? `caught: ${broken.join(', ')}` : 'NOT CAUGHT'
  console.log(`${name.padEnd(30)} ${verdict}  (${breaks})`)
  if (broken.length === 0) console.log(trialText(trial))
  else rmSync(trial.directory, { recursive: true, force: true })
  return broken.length > 0
}
