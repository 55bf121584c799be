/**
 * Preloaded into every thread that a handler makes: the way out of the sandbox, for that thread.
 * By `--require`, so nothing here may wait: the thread's own code runs next.
 */
import workerThreads from 'node:worker_threads'
import { PLAN_KEY } from './children.ts'
import { Egress } from './egress.ts'
import type { ExitPlan } from './exits.ts'

const plan = workerThreads.getEnvironmentData(PLAN_KEY) as unknown as ExitPlan
new Egress(plan.socket, plan.address).open(plan)
