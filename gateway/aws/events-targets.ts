import { type Static, Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { RuleName, type RuleTarget, TARGETS_MAX, TargetId } from '../../core/triggers/rule-store.ts'
import { TargetArn as Arn, KEPT_MEMBERS } from '../../core/triggers/target-members.ts'
import { AwsError } from './aws-error.ts'
import {
  bus,
  changeRule,
  closed,
  eventsPage,
  invalid,
  paging,
  readRule,
  requireBus,
} from './events-shapes.ts'
import { existingTarget, isJson } from './function-target.ts'
import { type Call, type Operations, operation } from './operation.ts'

const Target = Type.Object(
  {
    Id: TargetId,
    Arn,
    Input: Type.Optional(Type.String({ maxLength: 8192 })),
    RoleArn: Type.Optional(Arn),
    ...KEPT_MEMBERS,
  },
  closed,
)
type Target = Static<typeof Target>

interface FailedEntry {
  TargetId: string
  ErrorCode: string
  ErrorMessage: string
}

/** Targets of rules: functions of this platform. */
export const TARGET_OPERATIONS: Operations = {
  PutTargets: operation(
    Type.Object(
      { Rule: RuleName, Targets: Type.Array(Target, { minItems: 1, maxItems: 100 }), ...bus },
      closed,
    ),
    async ({ Rule, Targets, EventBusName }, call) => {
      const { parts } = call
      requireBus(EventBusName)
      await readRule(parts, Rule)
      const read = await Promise.all(Targets.map((target) => readTarget(call, target)))
      const good = read.flatMap((one) => ('target' in one ? [one.target] : []))
      const failed = read.flatMap((one) => ('failed' in one ? [one.failed] : []))
      await changeRule(parts, Rule, (rule) => {
        const targets = new Map([...rule.targets, ...good].map((target) => [target.id, target]))
        if (targets.size > TARGETS_MAX) throw tooMany()
        return { ...rule, targets: [...targets.values()].sort(byId) }
      }).catch(asLimit)
      return { FailedEntryCount: failed.length, FailedEntries: failed }
    },
  ),

  RemoveTargets: operation(
    Type.Object(
      {
        Rule: RuleName,
        Ids: Type.Array(TargetId, { minItems: 1, maxItems: 100 }),
        Force: Type.Optional(Type.Boolean()),
        ...bus,
      },
      closed,
    ),
    async ({ Rule, Ids, EventBusName }, { parts }) => {
      requireBus(EventBusName)
      await changeRule(parts, Rule, (rule) => ({
        ...rule,
        targets: rule.targets.filter(({ id }) => !Ids.includes(id)),
      }))
      return { FailedEntryCount: 0, FailedEntries: [] }
    },
  ),

  ListTargetsByRule: operation(
    Type.Object({ Rule: RuleName, ...bus, ...paging }, closed),
    async ({ Rule, EventBusName, ...page }, { parts }) => {
      requireBus(EventBusName)
      const { targets } = await readRule(parts, Rule)
      const { items, ends } = eventsPage(targets, ({ id }) => id, page)
      const Targets = items.map(({ id, arn, input, kept }) => ({
        Id: id,
        Arn: arn,
        Input: input,
        ...kept,
      }))
      return { Targets, ...ends }
    },
  ),

  ListRuleNamesByTarget: operation(
    Type.Object({ TargetArn: Arn, ...bus, ...paging }, closed),
    async ({ TargetArn, EventBusName, ...page }, { parts }) => {
      requireBus(EventBusName)
      const rules = await parts.rules.list()
      const names = rules
        .filter(({ targets }) => targets.some(({ arn }) => arn === TargetArn))
        .map(({ name }) => name)
      const { items, ends } = eventsPage(names, (name) => name, page)
      return { RuleNames: items, ...ends }
    },
  ),
}

async function readTarget(
  call: Call,
  { Id: id, Arn: arn, Input: input, ...kept }: Target,
): Promise<{ target: RuleTarget } | { failed: FailedEntry }> {
  if (input !== undefined && !isJson(input)) {
    throw invalid(`JSON syntax error in input for target ${id}.`)
  }
  const found = await existingTarget(call, arn)
  if ('functionName' in found) {
    return { target: { id, arn, ...found, input, kept } }
  }
  const ErrorCode = 'ResourceNotFoundException'
  return { failed: { TargetId: id, ErrorCode, ErrorMessage: `${found.mistake}.` } }
}

function byId(a: RuleTarget, b: RuleTarget): number {
  return a.id < b.id ? -1 : 1
}

function tooMany(): AwsError {
  return new AwsError(
    'LimitExceededException',
    `The requested resource exceeds the maximum number allowed: a rule has at most ${TARGETS_MAX} targets.`,
  )
}

/** A function, or the platform, has no room for more triggers. */
function asLimit(error: unknown): never {
  const isLimit = error instanceof HearthError && error.code === 'InvalidRequest'
  throw isLimit ? new AwsError('LimitExceededException', `${error.message}.`) : error
}
