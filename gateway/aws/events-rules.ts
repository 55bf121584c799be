import { type Static, Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { compilePattern } from '../../core/triggers/event-pattern.ts'
import { type Rule, RuleName, ruleArn } from '../../core/triggers/rule-store.ts'
import { parseSchedule } from '../../core/triggers/schedule-expression.ts'
import { TargetArn as Arn } from '../../core/triggers/target-members.ts'
import { readFields } from '../json-body.ts'
import { AwsError } from './aws-error.ts'
import {
  BUS,
  bus,
  changeRule,
  closed,
  eventsPage,
  invalid,
  paging,
  readRule,
  requireBus,
  TagList,
} from './events-shapes.ts'
import { type Operations, operation } from './operation.ts'

const NewRule = Type.Object(
  {
    Name: RuleName,
    EventPattern: Type.Optional(Type.String({ maxLength: 4096 })),
    ScheduleExpression: Type.Optional(Type.String({ maxLength: 256 })),
    State: Type.Optional(Type.Enum(['ENABLED', 'DISABLED'])),
    Description: Type.Optional(Type.String({ maxLength: 512 })),
    RoleArn: Type.Optional(Arn),
    Tags: Type.Optional(TagList),
    ...bus,
  },
  closed,
)
const ofRule = Type.Object({ Name: RuleName, ...bus }, closed)

/** Rules of the default bus: each of their targets is a trigger of this platform. */
export const RULE_OPERATIONS: Operations = {
  PutRule: operation(NewRule, async (input, { parts }) => {
    requireBus(input.EventBusName)
    checkRule(input)
    await parts.rules.change(input.Name, (current) => ruleOf(input, current))
    return { RuleArn: ruleArn(input.Name) }
  }),

  DescribeRule: operation(ofRule, async ({ Name, EventBusName }, { parts }) => {
    requireBus(EventBusName)
    return shown(await readRule(parts, Name))
  }),

  ListRules: operation(
    Type.Object({ NamePrefix: Type.Optional(RuleName), ...bus, ...paging }, closed),
    async ({ NamePrefix = '', EventBusName, ...page }, { parts }) => {
      requireBus(EventBusName)
      const rules = (await parts.rules.list()).filter(({ name }) => name.startsWith(NamePrefix))
      const { items, ends } = eventsPage(rules, ({ name }) => name, page)
      return { Rules: items.map(shown), ...ends }
    },
  ),

  DeleteRule: operation(
    Type.Object({ Name: RuleName, Force: Type.Optional(Type.Boolean()), ...bus }, closed),
    async ({ Name, EventBusName }, { parts }) => {
      requireBus(EventBusName)
      await parts.rules.change(Name, (rule) => {
        if (!rule || rule.targets.length === 0) return undefined
        throw invalid("Rule can't be deleted since it has targets.")
      })
    },
  ),

  EnableRule: operation(ofRule, async ({ Name, EventBusName }, { parts }) => {
    requireBus(EventBusName)
    await changeRule(parts, Name, (rule) => ({ ...rule, enabled: true }))
  }),

  DisableRule: operation(ofRule, async ({ Name, EventBusName }, { parts }) => {
    requireBus(EventBusName)
    await changeRule(parts, Name, (rule) => ({ ...rule, enabled: false }))
  }),

  TestEventPattern: operation(
    Type.Object({ EventPattern: Type.String({ maxLength: 4096 }), Event: Type.String() }, closed),
    ({ EventPattern, Event }) => {
      const matches = patternOf(EventPattern)
      return { Result: matches(json(Event, (reason) => invalid(`Event is not valid. ${reason}`))) }
    },
  ),
}

/** What of a rule that is put stays as it was: its targets, and its tags. */
function ruleOf(input: Static<typeof NewRule>, current: Rule | undefined): Rule {
  const given = (input.Tags ?? []).map(({ Key, Value }) => [Key, Value] as const)
  return {
    name: input.Name,
    eventPattern: input.EventPattern,
    scheduleExpression: input.ScheduleExpression,
    enabled: input.State !== 'DISABLED',
    description: input.Description,
    roleArn: input.RoleArn,
    tags: current?.tags ?? Object.fromEntries(given),
    targets: current?.targets ?? [],
  }
}

function checkRule({ EventPattern, ScheduleExpression }: Static<typeof NewRule>): void {
  if (EventPattern === undefined && ScheduleExpression === undefined) {
    throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.')
  }
  if (EventPattern !== undefined) patternOf(EventPattern)
  if (ScheduleExpression === undefined) return
  try {
    const parsed = parseSchedule(ScheduleExpression)
    if ('at' in parsed)
      throw invalid('at(...) is a schedule of EventBridge Scheduler, not of rules.')
  } catch (error) {
    throw reworded(error, (reason) =>
      invalid(`Parameter ScheduleExpression is not valid. Reason: ${reason}.`),
    )
  }
}

/** Throws InvalidEventPatternException. */
function patternOf(text: string): ReturnType<typeof compilePattern> {
  const refuse = (reason: string) =>
    new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`)
  const pattern = json(text, refuse)
  try {
    return compilePattern(pattern)
  } catch (error) {
    throw reworded(error, refuse)
  }
}

function json(text: string, refuse: (reason: string) => AwsError): unknown {
  try {
    return readFields(Buffer.from(text))
  } catch (error) {
    throw refuse((error as Error).message)
  }
}

/** The reason that the platform has, in the words of the service. */
function reworded(error: unknown, refuse: (reason: string) => AwsError): unknown {
  const reason = error instanceof HearthError ? error.details.reason : undefined
  return reason === undefined ? error : refuse(String(reason))
}

/** As EventBridge answers a rule. */
function shown(rule: Rule) {
  return {
    Name: rule.name,
    Arn: ruleArn(rule.name),
    EventPattern: rule.eventPattern,
    ScheduleExpression: rule.scheduleExpression,
    State: rule.enabled ? 'ENABLED' : 'DISABLED',
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: BUS,
  }
}
