import { Type } from 'typebox'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import { DAY_MS } from '../../core/logs/log-limits.ts'
import type { GatewayParts } from '../parts.ts'
import {
  closed,
  functionOfGroup,
  GROUP_PREFIX,
  GroupName,
  groupArn,
  invalid,
  Token,
} from './logs-shapes.ts'
import { type Operations, operation } from './operation.ts'

/** CloudWatch's own. */
const GROUPS_MAX = 50
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
]

/** Log groups: one for each function, which has it from its first day on. */
export const LIST_OPERATIONS: Operations = {
  DescribeLogGroups: operation(
    Type.Object(
      {
        logGroupNamePrefix: Type.Optional(GroupName),
        logGroupNamePattern: Type.Optional(GroupName),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: GROUPS_MAX })),
        nextToken: Type.Optional(Token),
      },
      closed,
    ),
    async (input, { parts }) => {
      const { logGroupNamePrefix: prefix = '', logGroupNamePattern: pattern = '' } = input
      if (prefix !== '' && pattern !== '') {
        throw invalid(
          'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
        )
      }
      const { limit = GROUPS_MAX, nextToken } = input
      const wanted = (name: string) => name.startsWith(prefix) && name.includes(pattern)
      const found = await functionsFrom(parts, nextToken, { wanted, limit: limit + 1 })
      const shown = found.slice(0, limit)
      const last = found.length > limit ? shown.at(-1)?.name : undefined
      const logGroups = await Promise.all(shown.map((definition) => shownGroup(parts, definition)))
      return { logGroups, ...(last !== undefined && { nextToken: last }) }
    },
  ),
}

/** How long a group's lines are kept. */
export const GROUP_OPERATIONS: Operations = {
  PutRetentionPolicy: operation(
    Type.Object({ logGroupName: GroupName, retentionInDays: Type.Integer() }, closed),
    async ({ logGroupName, retentionInDays }, { parts }) => {
      if (!RETENTION_DAYS.includes(retentionInDays)) {
        throw invalid(
          `Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: ` +
            `Member must be one of [${RETENTION_DAYS.join(', ')}]`,
        )
      }
      const { name } = await functionOfGroup(parts, { logGroupName })
      await parts.logs.setRetention(name, retentionInDays * DAY_MS)
    },
  ),

  DeleteRetentionPolicy: operation(
    Type.Object({ logGroupName: GroupName }, closed),
    async ({ logGroupName }, { parts }) => {
      const { name } = await functionOfGroup(parts, { logGroupName })
      await parts.logs.setRetention(name)
    },
  ),
}

/** In the order of their names, after that one. */
async function functionsFrom(
  { functions }: GatewayParts,
  after: string | undefined,
  { wanted, limit }: { wanted(groupName: string): boolean; limit: number },
): Promise<FunctionDefinition[]> {
  const found: FunctionDefinition[] = []
  let cursor = after
  do {
    const page = await functions.list({ limit: 100, ...(cursor !== undefined && { cursor }) })
    found.push(...page.functions.filter(({ name }) => wanted(`${GROUP_PREFIX}${name}`)))
    cursor = page.cursor
  } while (cursor !== undefined && found.length < limit)
  return found.slice(0, limit)
}

async function shownGroup({ logs }: GatewayParts, { name, createdAt }: FunctionDefinition) {
  const { bytes, retentionMs } = await logs.state(name)
  return {
    logGroupName: `${GROUP_PREFIX}${name}`,
    creationTime: Date.parse(createdAt),
    ...(retentionMs !== undefined && { retentionInDays: retentionMs / DAY_MS }),
    metricFilterCount: 0,
    arn: `${groupArn(name)}:*`,
    logGroupArn: groupArn(name),
    logGroupClass: 'STANDARD',
    storedBytes: bytes,
  }
}
