import { type Static, Type } from 'typebox'
import { ruleArn, TAGS_MAX } from '../../core/triggers/rule-store.ts'
import { TargetArn as Arn } from '../../core/triggers/target-members.ts'
import { RULE_OPERATIONS } from './events-rules.ts'
import {
  BUS,
  BUS_ARN,
  changeRule,
  closed,
  invalid,
  notFound,
  paging,
  readRule,
  requireBus,
  TagList,
} from './events-shapes.ts'
import { TARGET_OPERATIONS } from './events-targets.ts'
import { jsonProtocol } from './json-protocol.ts'
import { type Operations, operation } from './operation.ts'
import { PUT_EVENTS } from './put-events.ts'
import { serviceRoutes } from './service-routes.ts'

const RULE_ARN_START = ruleArn('')

const TagKeys = Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 50 })

/** Of rules; the bus has none. */
const TAG_OPERATIONS: Operations = {
  TagResource: operation(
    Type.Object({ ResourceARN: Arn, Tags: TagList }, closed),
    async ({ ResourceARN, Tags }, { parts }) => {
      await changeRule(parts, ruleOf(ResourceARN), (rule) => ({
        ...rule,
        tags: tagged(rule.tags, Tags),
      }))
    },
  ),

  UntagResource: operation(
    Type.Object({ ResourceARN: Arn, TagKeys }, closed),
    async ({ ResourceARN, TagKeys: gone }, { parts }) => {
      await changeRule(parts, ruleOf(ResourceARN), (rule) => {
        const left = Object.entries(rule.tags).filter(([key]) => !gone.includes(key))
        return { ...rule, tags: Object.fromEntries(left) }
      })
    },
  ),

  ListTagsForResource: operation(
    Type.Object({ ResourceARN: Arn }, closed),
    async ({ ResourceARN }, { parts }) => {
      if (ResourceARN === BUS_ARN) return { Tags: [] }
      const { tags } = await readRule(parts, ruleOf(ResourceARN))
      return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
    },
  ),
}

const BUS_OPERATIONS: Operations = {
  DescribeEventBus: operation(
    Type.Object({ Name: Type.Optional(Type.String({ minLength: 1, maxLength: 1600 })) }, closed),
    ({ Name }) => {
      requireBus(Name)
      return { Name: BUS, Arn: BUS_ARN }
    },
  ),

  ListEventBuses: operation(
    Type.Object({ NamePrefix: Type.Optional(Type.String()), ...paging }, closed),
    ({ NamePrefix = '' }) => ({
      EventBuses: BUS.startsWith(NamePrefix) ? [{ Name: BUS, Arn: BUS_ARN }] : [],
    }),
  ),
}

/** Throws ResourceNotFoundException for the ARN of anything but a rule. */
function ruleOf(arn: string): string {
  const name = arn.startsWith(RULE_ARN_START) ? arn.slice(RULE_ARN_START.length) : ''
  if (name === '') throw notFound(`Resource ${arn.slice(0, 200)} does not exist.`)
  return name.startsWith(`${BUS}/`) ? name.slice(BUS.length + 1) : name
}

function tagged(tags: Record<string, string>, more: Static<typeof TagList>) {
  const all = new Map([
    ...Object.entries(tags),
    ...more.map((tag) => [tag.Key, tag.Value] as const),
  ])
  if (all.size > TAGS_MAX) throw invalid(`A rule has at most ${TAGS_MAX} tags.`)
  return Object.fromEntries(all)
}

/** EventBridge, on the one bus that there is. */
export const eventsRoutes = serviceRoutes(
  'events',
  jsonProtocol('AWSEvents', {
    ...RULE_OPERATIONS,
    ...TARGET_OPERATIONS,
    ...PUT_EVENTS,
    ...TAG_OPERATIONS,
    ...BUS_OPERATIONS,
  }),
)
