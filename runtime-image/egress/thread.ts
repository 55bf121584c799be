/** Preloaded into every thread that a handler makes: the way out of the sandbox, for that thread. */
import { Egress } from './egress.ts'
import type { ExitPlan } from './exits.ts'

const plan: ExitPlan = JSON.parse(new URL(import.meta.url).searchParams.get('plan') ?? '')
const egress = await Egress.prepare(plan, plan.address)
egress.open(plan)
