import { type Static, Type } from 'typebox'
import { ACCOUNT_ID, REGION } from '../../core/functions/function.ts'
import { ScheduleName as Name, ScheduleTarget } from '../../core/triggers/schedule-store.ts'
import type { RestOperation } from './rest-json-protocol.ts'

/** Members of EventBridge Scheduler's operations: https://docs.aws.amazon.com/scheduler/latest/APIReference/ */
const closed = { additionalProperties: false }
const Token = Type.String({ minLength: 1, maxLength: 64, pattern: '^[a-zA-Z0-9_-]+$' })
const State = Type.Enum(['ENABLED', 'DISABLED'])

export const PutSchedule = Type.Object(
  {
    Name,
    GroupName: Type.Optional(Name),
    ScheduleExpression: Type.String({ minLength: 1, maxLength: 256 }),
    ScheduleExpressionTimezone: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
    FlexibleTimeWindow: Type.Object({ Mode: Type.Enum(['OFF']) }, closed),
    Target: ScheduleTarget,
    State: Type.Optional(State),
    Description: Type.Optional(Type.String({ maxLength: 512 })),
    ActionAfterCompletion: Type.Optional(Type.Enum(['NONE', 'DELETE'])),
    ClientToken: Type.Optional(Token),
  },
  closed,
)
export type PutSchedule = Static<typeof PutSchedule>

export const OfSchedule = Type.Object(
  { Name, GroupName: Type.Optional(Name), ClientToken: Type.Optional(Token) },
  closed,
)

const paging = {
  MaxResults: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  NextToken: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
}
export const ListSchedules = Type.Object(
  {
    GroupName: Type.Optional(Name),
    NamePrefix: Type.Optional(Name),
    State: Type.Optional(State),
    ...paging,
  },
  closed,
)
export const ListGroups = Type.Object({ NamePrefix: Type.Optional(Name), ...paging }, closed)
export const OfGroup = Type.Object({ Name }, closed)

export const GROUP = 'default'
export const GROUP_ARN = `arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule-group/${GROUP}`

const pages = { MaxResults: 'MaxResults', NextToken: 'NextToken', NamePrefix: 'NamePrefix' }
const group = { GroupName: 'groupName', ClientToken: 'clientToken' }

export const ROUTES: readonly RestOperation[] = [
  { name: 'CreateSchedule', method: 'POST', path: '/schedules/{Name}' },
  { name: 'GetSchedule', method: 'GET', path: '/schedules/{Name}', query: group },
  { name: 'UpdateSchedule', method: 'PUT', path: '/schedules/{Name}' },
  { name: 'DeleteSchedule', method: 'DELETE', path: '/schedules/{Name}', query: group },
  {
    name: 'ListSchedules',
    method: 'GET',
    path: '/schedules',
    query: { ...pages, GroupName: 'ScheduleGroup', State: 'State' },
  },
  { name: 'ListScheduleGroups', method: 'GET', path: '/schedule-groups', query: pages },
  { name: 'GetScheduleGroup', method: 'GET', path: '/schedule-groups/{Name}' },
  { name: 'CreateScheduleGroup', method: 'POST', path: '/schedule-groups/{Name}' },
  { name: 'DeleteScheduleGroup', method: 'DELETE', path: '/schedule-groups/{Name}' },
  { name: 'TagResource', method: 'POST', path: '/tags/{ResourceArn}' },
  { name: 'UntagResource', method: 'DELETE', path: '/tags/{ResourceArn}' },
  { name: 'ListTagsForResource', method: 'GET', path: '/tags/{ResourceArn}' },
]
