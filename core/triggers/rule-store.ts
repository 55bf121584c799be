import { ACCOUNT_ID, REGION } from '../functions/function.ts'
import { keys } from '../keys.ts'
import { RecordHash } from '../redis/record-hash.ts'
import {
  RecordedTriggers,
  type TriggerParts,
  triggerId,
  type WantedTrigger,
} from './recorded-triggers.ts'
import type { TriggerInput } from './trigger.ts'

/** EventBridge's own limits: rules of a bus, and targets of a rule. */
const RULES_MAX = 300
export const TARGETS_MAX = 5

export interface RuleTarget {
  id: string
  arn: string
  functionName: string
  /** Version or alias. */
  qualifier?: string | undefined
  /** JSON, as it was given. */
  input?: string | undefined
  /** What AWS would do with it is not done here; told again as it was given. */
  kept: Record<string, unknown>
}

/** A rule of EventBridge's default bus: one trigger for each target, or two where it has a schedule as well. */
export interface Rule {
  name: string
  /** JSON, as it was given. */
  eventPattern?: string | undefined
  scheduleExpression?: string | undefined
  enabled: boolean
  description?: string | undefined
  roleArn?: string | undefined
  tags: Record<string, string>
  targets: RuleTarget[]
}

export type RuleStore = RecordedTriggers<Rule>

export function ruleArn(name: string): string {
  return `arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/${name}`
}

export function openRules({ redis, ...stores }: TriggerParts): RuleStore {
  const records = new RecordHash<Rule>(redis, keys.rules, RULES_MAX)
  return new RecordedTriggers({ ...stores, records, wanted: ruleTriggers })
}

/** None where the rule is disabled. */
function ruleTriggers(rule: Rule): WantedTrigger[] {
  if (!rule.enabled) return []
  const origin = ruleArn(rule.name)
  return rule.targets.flatMap(({ id, functionName, qualifier, input }) => {
    const constant = input === undefined ? {} : { input: JSON.parse(input) }
    return inputsOf(rule, qualifier).map((fields): WantedTrigger => {
      const own = { id: triggerId([origin, id, functionName, fields.type]), origin, ...constant }
      return { functionName, fields, own }
    })
  })
}

function inputsOf(
  { eventPattern, scheduleExpression }: Rule,
  qualifier: string | undefined,
): TriggerInput[] {
  const inputs: TriggerInput[] = []
  const target = qualifier === undefined ? {} : { qualifier }
  if (eventPattern !== undefined)
    inputs.push({ ...target, type: 'event', pattern: JSON.parse(eventPattern) })
  if (scheduleExpression !== undefined)
    inputs.push({ ...target, type: 'schedule', schedule: scheduleExpression })
  return inputs
}
