import type { Mutant } from './mutant.ts'
import { PROMISE_MUTANTS } from './promises.ts'
import { RECOVERY_MUTANTS } from './recovery.ts'

/** The platform's ways to be wrong that the suite is held against. */
export const MUTANTS: readonly Mutant[] = [...RECOVERY_MUTANTS, ...PROMISE_MUTANTS]
