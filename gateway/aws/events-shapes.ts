import { Type } from 'typebox'
import { ACCOUNT_ID, REGION } from '../../core/functions/function.ts'
import { NOT_PROTO } from '../../core/identifiers.ts'
import type { Rule } from '../../core/triggers/rule-store.ts'
import type { GatewayParts } from '../parts.ts'
import { AwsError } from './aws-error.ts'
import { pageOf } from './page.ts'

/** Members of EventBridge's operations: https://docs.aws.amazon.com/eventbridge/latest/APIReference/ */
export const closed = { additionalProperties: false }
export const bus = { EventBusName: Type.Optional(Type.String({ minLength: 1, maxLength: 1600 })) }
export const TagList = Type.Array(
  Type.Object(
    {
      Key: Type.String({ minLength: 1, maxLength: 128, pattern: `^${NOT_PROTO}` }),
      Value: Type.String({ maxLength: 256 }),
    },
    closed,
  ),
  { maxItems: 50 },
)
export const paging = {
  NextToken: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
  Limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
}

export const BUS = 'default'
export const BUS_ARN = `arn:aws:events:${REGION}:${ACCOUNT_ID}:event-bus/${BUS}`

/** Whether it names the one bus that there is. */
export function isDefaultBus(name: string | undefined): boolean {
  return name === undefined || name === BUS || name === BUS_ARN
}

/** Throws ResourceNotFoundException for every bus but the default one. */
export function requireBus(name: string | undefined): void {
  if (!isDefaultBus(name)) throw notFound(`Event bus ${name?.slice(0, 200)} does not exist.`)
}

/** Throws ResourceNotFoundException. */
export async function readRule({ rules }: GatewayParts, name: string): Promise<Rule> {
  const rule = await rules.read(name)
  if (!rule) throw noRule(name)
  return rule
}

/** Changes a rule and its triggers. Throws ResourceNotFoundException. */
export async function changeRule(
  { rules }: GatewayParts,
  name: string,
  make: (rule: Rule) => Rule,
): Promise<void> {
  await rules.change(name, (rule) => {
    if (!rule) throw noRule(name)
    return make(rule)
  })
}

/** The page's items, and `NextToken` where there are more. */
export function eventsPage<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { NextToken, Limit = 100 }: { NextToken?: string; Limit?: number },
): { items: T[]; ends: { NextToken?: string | undefined } } {
  const request = { nameOf, after: NextToken, limit: Limit, validation: 'ValidationException' }
  const { items: shown, next } = pageOf(items, request)
  return { items: shown, ends: { NextToken: next } }
}

export function noRule(name: string): AwsError {
  return notFound(`Rule ${name} does not exist on EventBus ${BUS}.`)
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message)
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message)
}
