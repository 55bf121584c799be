import { type Static, Type } from 'typebox'
import { ACCOUNT_ID, REGION } from '../functions/function.ts'
import { keys } from '../keys.ts'
import { RecordHash } from '../redis/record-hash.ts'
import { closed, maybe } from '../stored-schema.ts'
import {
  RecordedTriggers,
  type TriggerParts,
  triggerId,
  type WantedTrigger,
} from './recorded-triggers.ts'
import { KEPT_MEMBERS, TARGET_FUNCTION, TargetArn } from './target-members.ts'
import type { TriggerInput } from './trigger.ts'

/** EventBridge's own limits: rules of a bus, targets and tags of a rule. */
export const RULES_MAX = 300
export const TARGETS_MAX = 5
export const TAGS_MAX = 50

const NAME = '^[.\\-_A-Za-z0-9]+$'
export const RuleName = Type.String({ minLength: 1, maxLength: 64, pattern: NAME })
export const TargetId = Type.String({ minLength: 1, maxLength: 64, pattern: NAME })

const RuleTarget = Type.Object(
  {
    id: TargetId,
    arn: TargetArn,
    ...TARGET_FUNCTION,
    /** JSON, as it was given. */
    input: maybe(Type.String({ maxLength: 8192 })),
    /** What AWS would do with it is not done here; told again as it was given. */
    kept: Type.Object({ RoleArn: Type.Optional(TargetArn), ...KEPT_MEMBERS }, closed),
  },
  closed,
)
export type RuleTarget = Static<typeof RuleTarget>

/** A rule of EventBridge's default bus: one trigger for each target, or two where it has a schedule as well. */
export const Rule = Type.Object(
  {
    name: RuleName,
    /** JSON, as it was given. */
    eventPattern: maybe(Type.String({ maxLength: 4096 })),
    scheduleExpression: maybe(Type.String({ maxLength: 256 })),
    enabled: Type.Boolean(),
    description: maybe(Type.String({ maxLength: 512 })),
    roleArn: maybe(TargetArn),
    tags: Type.Record(Type.String(), Type.String({ maxLength: 256 }), { maxProperties: TAGS_MAX }),
    targets: Type.Array(RuleTarget, { maxItems: TARGETS_MAX }),
  },
  closed,
)
export type Rule = Static<typeof Rule>

export type RuleStore = RecordedTriggers<Rule>

export function ruleArn(name: string): string {
  return `arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/${name}`
}

export function openRules({ redis, ...stores }: TriggerParts): RuleStore {
  const records = new RecordHash<Rule>(redis, keys.rules, RULES_MAX)
  return new RecordedTriggers({ ...stores, records, wanted: ruleTriggers })
}

/** None where the rule is disabled. */
export function ruleTriggers(rule: Rule): WantedTrigger[] {
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
