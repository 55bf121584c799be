import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { nextTime, parseSchedule } from '../../core/triggers/schedule-expression.ts'
import { type ScheduleRecord, scheduleArn } from '../../core/triggers/schedule-store.ts'
import type { GatewayParts } from '../parts.ts'
import { AwsError } from './aws-error.ts'
import { existingTarget, isJson } from './function-target.ts'
import { type Call, type Operations, operation } from './operation.ts'
import { pageOf } from './page.ts'
import { restJsonProtocol } from './rest-json-protocol.ts'
import {
  GROUP,
  GROUP_ARN,
  ListGroups,
  ListSchedules,
  OfGroup,
  OfSchedule,
  PutSchedule,
  ROUTES,
} from './scheduler-shapes.ts'
import { serviceRoutes } from './service-routes.ts'

/** Ticks are tried for a minute; a schedule that goes when it is over stays for longer than that. */
const KEPT_WHEN_OVER_MS = 10 * 60_000
const CONTEXT_ATTRIBUTE = '<aws.scheduler.'

/** Schedules: each is a schedule trigger of its function. */
const SCHEDULE_OPERATIONS: Operations = {
  CreateSchedule: operation(PutSchedule, async (input, call) => {
    const { parts } = call
    requireGroup(input.GroupName)
    const schedule = await readSchedule(call, input)
    await parts.schedules.change(input.Name, (current) => {
      if (!current || isGone(current)) return schedule
      // The same request again: its answer got lost.
      if (input.ClientToken !== undefined && current.clientToken === input.ClientToken)
        return current
      throw new AwsError('ConflictException', `Schedule ${input.Name} already exists.`, 409)
    })
    return { ScheduleArn: scheduleArn(input.Name) }
  }),

  GetSchedule: operation(OfSchedule, async ({ Name, GroupName }, { parts }) => {
    requireGroup(GroupName)
    await dropGone(parts, Name)
    const schedule = await parts.schedules.read(Name)
    if (!schedule) throw noSchedule(Name)
    return shown(schedule)
  }),

  UpdateSchedule: operation(PutSchedule, async (input, call) => {
    const { parts } = call
    requireGroup(input.GroupName)
    const schedule = await readSchedule(call, input)
    await parts.schedules.change(input.Name, (current) => {
      if (!current || isGone(current)) throw noSchedule(input.Name)
      const { createdAt, clientToken } = current
      return { ...schedule, createdAt, clientToken }
    })
    return { ScheduleArn: scheduleArn(input.Name) }
  }),

  DeleteSchedule: operation(OfSchedule, async ({ Name, GroupName }, { parts }) => {
    requireGroup(GroupName)
    await parts.schedules.change(Name, (current) => {
      if (!current) throw noSchedule(Name)
      return undefined
    })
  }),

  ListSchedules: operation(ListSchedules, async (input, { parts }) => {
    requireGroup(input.GroupName)
    const { NamePrefix = '', State, NextToken, MaxResults = 100 } = input
    const all = await parts.schedules.list()
    for (const schedule of all.filter(isGone)) await dropGone(parts, schedule.name)
    const wanted = all.filter(
      (one) =>
        !isGone(one) &&
        one.name.startsWith(NamePrefix) &&
        (State === undefined || (State === 'ENABLED') === one.enabled),
    )
    const { items, next } = pageOf(wanted, {
      nameOf: ({ name }) => name,
      after: NextToken,
      limit: MaxResults,
      validation: 'ValidationException',
    })
    return { Schedules: items.map(summary), NextToken: next }
  }),
}

const GROUP_OPERATIONS: Operations = {
  GetScheduleGroup: operation(OfGroup, ({ Name }) => {
    requireGroup(Name)
    return theGroup()
  }),
  ListScheduleGroups: operation(ListGroups, ({ NamePrefix = '' }) => ({
    ScheduleGroups: GROUP.startsWith(NamePrefix) ? [theGroup()] : [],
  })),
  ListTagsForResource: operation(Type.Object({ ResourceArn: Type.String() }), ({ ResourceArn }) => {
    if (ResourceArn === GROUP_ARN) return { Tags: [] }
    throw notFound(`Resource ${ResourceArn.slice(0, 200)} does not exist.`)
  }),
}

function theGroup() {
  return { Arn: GROUP_ARN, Name: GROUP, State: 'ACTIVE', CreationDate: 0, LastModificationDate: 0 }
}

/** Throws ValidationException. */
async function readSchedule(call: Call, input: PutSchedule): Promise<ScheduleRecord> {
  const { ScheduleExpression: expression, ScheduleExpressionTimezone: timezone = 'UTC' } = input
  checkExpression(expression, timezone)
  const { Arn, Input } = input.Target
  if (Input !== undefined) checkScheduleInput(Input)
  const found = await existingTarget(call, Arn)
  if ('mistake' in found) throw invalid(`${found.mistake}.`)
  const now = new Date().toISOString()
  return {
    name: input.Name,
    expression,
    timezone,
    enabled: input.State !== 'DISABLED',
    description: input.Description,
    deleteWhenOver: input.ActionAfterCompletion === 'DELETE',
    ...found,
    target: input.Target,
    clientToken: input.ClientToken,
    createdAt: now,
    modifiedAt: now,
  }
}

/** Throws ValidationException. */
export function checkScheduleInput(input: string): void {
  if (!isJson(input)) throw invalid('Target.Input must be JSON.')
  if (!input.includes(CONTEXT_ATTRIBUTE)) return
  throw invalid(
    `Context attributes (${CONTEXT_ATTRIBUTE}…>) in Target.Input are not supported here.`,
  )
}

function checkExpression(expression: string, timezone: string): void {
  try {
    parseSchedule(expression, timezone)
  } catch (error) {
    if (!(error instanceof HearthError)) throw error
    throw invalid(`Invalid Schedule Expression ${expression}. Reason: ${error.details.reason}.`)
  }
}

/** Whether it was to go when it has fired for the last time, and has. */
function isGone({ deleteWhenOver, expression, timezone }: ScheduleRecord): boolean {
  const since = new Date(Date.now() - KEPT_WHEN_OVER_MS)
  return deleteWhenOver && nextTime(expression, timezone, since) === undefined
}

async function dropGone({ schedules }: GatewayParts, name: string): Promise<void> {
  await schedules.change(name, (one) => (one && isGone(one) ? undefined : one))
}

/** As EventBridge Scheduler answers a schedule; times in seconds since 1970. */
function shown(schedule: ScheduleRecord) {
  return {
    Arn: scheduleArn(schedule.name),
    Name: schedule.name,
    GroupName: GROUP,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timezone,
    FlexibleTimeWindow: { Mode: 'OFF' },
    State: schedule.enabled ? 'ENABLED' : 'DISABLED',
    Description: schedule.description,
    ActionAfterCompletion: schedule.deleteWhenOver ? 'DELETE' : 'NONE',
    Target: { RetryPolicy: DEFAULT_RETRIES, ...schedule.target },
    CreationDate: Date.parse(schedule.createdAt) / 1000,
    LastModificationDate: Date.parse(schedule.modifiedAt) / 1000,
  }
}

/** What AWS answers where none was set. */
const DEFAULT_RETRIES = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 }

function summary(schedule: ScheduleRecord) {
  const { Arn, Name, GroupName, State, CreationDate, LastModificationDate } = shown(schedule)
  const Target = { Arn: schedule.target.Arn }
  return { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target }
}

function requireGroup(name = GROUP): void {
  if (name !== GROUP) throw notFound(`Schedule group ${name} does not exist.`)
}

function noSchedule(name: string): AwsError {
  return notFound(`Schedule ${name} does not exist.`)
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, 404)
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message)
}

/** EventBridge Scheduler, with the one group that there is. */
export const schedulerRoutes = serviceRoutes(
  'scheduler',
  restJsonProtocol({ routes: ROUTES, operations: { ...SCHEDULE_OPERATIONS, ...GROUP_OPERATIONS } }),
)
