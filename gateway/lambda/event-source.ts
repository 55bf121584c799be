import { compilePattern } from '../../core/triggers/event-pattern.ts'
import { invalidParameter } from './lambda-error.ts'

/** What an event source mapping may pull from. */
export type SourceType = 'sqs' | 'kinesis' | 'dynamodb' | 'kafka' | 'mq' | 'docdb'

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
interface SourceRules {
  batchSize: number
  batchSizeMax: number
  /** Starting positions; empty where there are none, and then it is not sent. */
  positions: readonly string[]
  /** Members that only some sources have; all others are refused. */
  members: readonly string[]
  defaults: Record<string, unknown>
}

const STREAM_MEMBERS = [
  'ParallelizationFactor',
  'MaximumRecordAgeInSeconds',
  'BisectBatchOnFunctionError',
  'MaximumRetryAttempts',
  'TumblingWindowInSeconds',
  'DestinationConfig',
  'FunctionResponseTypes',
]
const STREAM_DEFAULTS = {
  MaximumBatchingWindowInSeconds: 0,
  ParallelizationFactor: 1,
  DestinationConfig: { OnFailure: {} },
  MaximumRecordAgeInSeconds: -1,
  BisectBatchOnFunctionError: false,
  MaximumRetryAttempts: -1,
  TumblingWindowInSeconds: 0,
  FunctionResponseTypes: [],
  LastProcessingResult: 'No records processed',
}

const RULES: Readonly<Record<SourceType, SourceRules>> = {
  sqs: {
    batchSize: 10,
    batchSizeMax: 10_000,
    positions: [],
    members: ['ScalingConfig', 'FunctionResponseTypes', 'ProvisionedPollerConfig'],
    defaults: { MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [] },
  },
  kinesis: {
    batchSize: 100,
    batchSizeMax: 10_000,
    positions: ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'],
    members: [...STREAM_MEMBERS, 'StartingPositionTimestamp'],
    defaults: STREAM_DEFAULTS,
  },
  dynamodb: {
    batchSize: 100,
    batchSizeMax: 10_000,
    positions: ['TRIM_HORIZON', 'LATEST'],
    members: STREAM_MEMBERS,
    defaults: STREAM_DEFAULTS,
  },
  kafka: {
    batchSize: 100,
    batchSizeMax: 10_000,
    positions: ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'],
    members: [
      'Topics',
      'SelfManagedEventSource',
      'SourceAccessConfigurations',
      'AmazonManagedKafkaEventSourceConfig',
      'SelfManagedKafkaEventSourceConfig',
      'StartingPositionTimestamp',
      'DestinationConfig',
      'ProvisionedPollerConfig',
      'BisectBatchOnFunctionError',
      'MaximumRecordAgeInSeconds',
      'MaximumRetryAttempts',
      'FunctionResponseTypes',
      'LoggingConfig',
    ],
    defaults: {},
  },
  mq: {
    batchSize: 100,
    batchSizeMax: 10_000,
    positions: [],
    members: ['Queues', 'SourceAccessConfigurations'],
    defaults: {},
  },
  docdb: {
    batchSize: 100,
    batchSizeMax: 10_000,
    positions: ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'],
    members: [
      'DocumentDBEventSourceConfig',
      'SourceAccessConfigurations',
      'StartingPositionTimestamp',
      'DestinationConfig',
    ],
    defaults: { MaximumBatchingWindowInSeconds: 0 },
  },
}

/** Members that are of some sources alone. */
const SPECIAL: ReadonlySet<string> = new Set(Object.values(RULES).flatMap(({ members }) => members))

const ARNS: readonly [SourceType, RegExp][] = [
  ['sqs', /^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w-]{1,80}(\.fifo)?$/],
  ['kinesis', /^arn:[\w-]+:kinesis:[\w-]+:\d{12}:stream\/[\w.-]+(\/consumer\/[\w.-]+:\d+)?$/],
  ['dynamodb', /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+\/stream\/[\w.:-]+$/],
  ['kafka', /^arn:[\w-]+:kafka:[\w-]+:\d{12}:cluster\/[\w./-]+$/],
  ['mq', /^arn:[\w-]+:mq:[\w-]+:\d{12}:broker:[\w:.-]+$/],
  ['docdb', /^arn:[\w-]+:rds:[\w-]+:\d{12}:cluster:[\w-]+$/],
]

/** Throws `Unrecognized event source.` */
export function sourceTypeOf(arn: string | undefined, isSelfManaged: boolean): SourceType {
  if (arn === undefined && isSelfManaged) return 'kafka'
  const found = ARNS.find(([, pattern]) => arn !== undefined && pattern.test(arn))
  if (!found || isSelfManaged) throw invalidParameter('Unrecognized event source.')
  return found[0]
}

/** Lambda's fields of a mapping of this source, complete: what is set, over the defaults. */
export function withDefaults(
  type: SourceType,
  fields: Record<string, unknown>,
): Record<string, unknown> {
  return { BatchSize: RULES[type].batchSize, ...RULES[type].defaults, ...fields }
}

/** Throws InvalidParameterValueException for what such a source does not have, or not together. */
export function checkSource(type: SourceType, fields: Record<string, unknown>): void {
  const { batchSizeMax, members } = RULES[type]
  for (const member of Object.keys(fields)) {
    if (SPECIAL.has(member) && !members.includes(member) && fields[member] !== undefined) {
      throw invalidParameter(`Unsupported parameter ${member} for event source type ${type}.`)
    }
  }
  checkPosition(type, fields)
  const isFifo = String(fields.EventSourceArn).endsWith('.fifo')
  const most = isFifo ? 10 : batchSizeMax
  const size = Number(fields.BatchSize)
  const window = Number(fields.MaximumBatchingWindowInSeconds ?? 0)
  if (size > most) {
    throw invalidParameter(
      `1 validation error detected: Value '${size}' at 'batchSize' failed to satisfy constraint: Member must have value less than or equal to ${most}`,
    )
  }
  if (type === 'sqs' && isFifo && window > 0) {
    throw invalidParameter('Batching window is not supported for FIFO queues')
  }
  if (type === 'sqs' && size > 10 && window === 0) {
    throw invalidParameter(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    )
  }
}

function checkPosition(type: SourceType, fields: Record<string, unknown>): void {
  const { positions } = RULES[type]
  const { StartingPosition: position, StartingPositionTimestamp: time } = fields
  if (positions.length === 0 && position === undefined) return
  if (position === undefined) {
    throw invalidParameter(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    )
  }
  if (!positions.includes(String(position))) {
    throw invalidParameter(`Unsupported starting position for event source type ${type}.`)
  }
  if ((position === 'AT_TIMESTAMP') !== (time !== undefined)) {
    throw invalidParameter(
      'StartingPositionTimestamp goes with StartingPosition AT_TIMESTAMP, and with no other.',
    )
  }
}

/** Throws InvalidParameterValueException where a filter's pattern is none. */
export function checkFilters({ FilterCriteria }: Record<string, unknown>): void {
  const { Filters = [] } = (FilterCriteria ?? {}) as { Filters?: { Pattern?: string }[] }
  for (const { Pattern = '' } of Filters) {
    try {
      compilePattern(JSON.parse(Pattern))
    } catch (cause) {
      throw invalidParameter('Invalid filter pattern definition.', cause)
    }
  }
}
