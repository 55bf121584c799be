import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { ACCOUNT_ID, type FunctionDefinition, REGION } from '../../core/functions/function.ts'
import type { PlacedLine } from '../../core/logs/log-chunk.ts'
import type { KeptLine } from '../../core/logs/log-line.ts'
import { type LogPosition, parsePosition } from '../../core/logs/log-position.ts'
import type { GatewayParts } from '../parts.ts'
import { AwsError } from './aws-error.ts'

/** Members of CloudWatch Logs' operations: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
export const closed = { additionalProperties: false }
export const GroupName = Type.String({
  minLength: 1,
  maxLength: 512,
  pattern: '^[.\\-_/#A-Za-z0-9]+$',
})
export const StreamName = Type.String({ minLength: 1, maxLength: 512, pattern: '^[^:*]*$' })
export const Token = Type.String({ minLength: 1, maxLength: 2048 })
export const Time = Type.Integer({ minimum: 0 })
/** Which group is meant: by its name, or by an identifier, which may be its ARN. */
export const group = {
  logGroupName: Type.Optional(GroupName),
  logGroupIdentifier: Type.Optional(
    Type.String({ minLength: 1, maxLength: 2048, pattern: '^[\\w#+=/:,.@-]*$' }),
  ),
}

/** Lambda's groups; there are no others. */
export const GROUP_PREFIX = '/aws/lambda/'
const ARN_PREFIX = `arn:aws:logs:${REGION}:${ACCOUNT_ID}:log-group:`

export function groupArn(functionName: string): string {
  return `${ARN_PREFIX}${GROUP_PREFIX}${functionName}`
}

/** What the policy of a caller is asked about: a group, or where one is named a stream of it. */
export function logResource(input: object): string {
  const { logGroupName, logGroupIdentifier, logStreamName } = input as Record<string, unknown>
  const name = groupNameOf(String(logGroupName ?? logGroupIdentifier ?? ''))
  const part = logStreamName === undefined ? '*' : `log-stream:${logStreamName}`
  return `${ARN_PREFIX}${name}:${part}`
}

function groupNameOf(given: string): string {
  return given.startsWith(ARN_PREFIX) ? given.slice(ARN_PREFIX.length) : given
}

/** The function whose log is meant. Throws ResourceNotFoundException, InvalidParameterException. */
export async function functionOfGroup(
  { functions }: GatewayParts,
  of: { logGroupName?: string; logGroupIdentifier?: string },
): Promise<FunctionDefinition> {
  const { logGroupName, logGroupIdentifier } = of
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined)) {
    throw invalid('Exactly one of logGroupName and logGroupIdentifier must be specified.')
  }
  const name = groupNameOf(logGroupName ?? logGroupIdentifier ?? '')
  if (!name.startsWith(GROUP_PREFIX)) throw noGroup()
  try {
    return await functions.read(name.slice(GROUP_PREFIX.length))
  } catch (error) {
    throw error instanceof HearthError && error.code === 'FunctionNotFound' ? noGroup() : error
  }
}

/** Lines that were kept before their sandbox was known have a stream of their own, of their day. */
export function streamOf({ stream, timeMs }: KeptLine): string {
  if (stream !== undefined) return stream
  const day = new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '/')
  return `${day}/[$LATEST]unknown`
}

/** As CloudWatch answers a line; it does not say when it was kept, so that is when it was written. */
export function shownEvent(line: PlacedLine) {
  return { timestamp: line.timeMs, message: line.text, ingestionTime: line.timeMs }
}

/** AWS's ids are 56 digits too, and ascend. */
export function eventId({ position: { epoch, number } }: PlacedLine): string {
  return `${epoch}`.padStart(20, '0') + `${number}`.padStart(36, '0')
}

/** Throws InvalidParameterException where the token is none that was answered. */
export function positionOfToken(token: string): LogPosition {
  const position = parsePosition(token)
  if (!position) throw invalid('The specified nextToken is invalid.')
  return position
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message)
}

export function noGroup(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified log group does not exist.')
}

export function noStream(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.')
}
