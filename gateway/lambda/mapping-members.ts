import { Type } from 'typebox'
import { o, text } from './members.ts'

const KAFKA_TEXT = '[a-zA-Z0-9-\\/*:_+=.@-]*'
const SourceArn = text(
  'arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)',
  { maxLength: 1024 },
)
const Destination = Type.Object({ Destination: o(Type.String({ maxLength: 350 })) })
const Kafka = Type.Object({
  ConsumerGroupId: o(text(KAFKA_TEXT, { minLength: 1, maxLength: 200 })),
})

export const MappingFunction = text(
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?',
  { minLength: 1, maxLength: 256 },
)
export const MappingSource = SourceArn

/** What both CreateEventSourceMapping and UpdateEventSourceMapping take and store as it is. */
export const CHANGEABLE_MEMBERS = {
  BatchSize: o(Type.Integer({ minimum: 1, maximum: 10_000 })),
  FilterCriteria: o(
    Type.Object({
      Filters: o(
        Type.Array(Type.Object({ Pattern: o(Type.String({ maxLength: 4096 })) }), { maxItems: 10 }),
      ),
    }),
  ),
  MaximumBatchingWindowInSeconds: o(Type.Integer({ minimum: 0, maximum: 300 })),
  ParallelizationFactor: o(Type.Integer({ minimum: 1, maximum: 10 })),
  DestinationConfig: o(Type.Object({ OnSuccess: o(Destination), OnFailure: o(Destination) })),
  MaximumRecordAgeInSeconds: o(Type.Integer({ minimum: -1, maximum: 604_800 })),
  BisectBatchOnFunctionError: o(Type.Boolean()),
  MaximumRetryAttempts: o(Type.Integer({ minimum: -1, maximum: 10_000 })),
  TumblingWindowInSeconds: o(Type.Integer({ minimum: 0, maximum: 900 })),
  SourceAccessConfigurations: o(
    Type.Array(
      Type.Object({
        Type: o(
          Type.Enum([
            'BASIC_AUTH',
            'VPC_SUBNET',
            'VPC_SECURITY_GROUP',
            'SASL_SCRAM_512_AUTH',
            'SASL_SCRAM_256_AUTH',
            'VIRTUAL_HOST',
            'CLIENT_CERTIFICATE_TLS_AUTH',
            'SERVER_ROOT_CA_CERTIFICATE',
          ]),
        ),
        URI: o(text(KAFKA_TEXT, { minLength: 1, maxLength: 200 })),
      }),
      { maxItems: 22 },
    ),
  ),
  FunctionResponseTypes: o(Type.Array(Type.Enum(['ReportBatchItemFailures']), { maxItems: 1 })),
  ScalingConfig: o(
    Type.Object({ MaximumConcurrency: o(Type.Integer({ minimum: 2, maximum: 1000 })) }),
  ),
  DocumentDBEventSourceConfig: o(
    Type.Object({
      DatabaseName: o(Type.String({ minLength: 1, maxLength: 63 })),
      CollectionName: o(Type.String({ minLength: 1, maxLength: 57 })),
      FullDocument: o(Type.Enum(['UpdateLookup', 'Default'])),
    }),
  ),
  AmazonManagedKafkaEventSourceConfig: o(Kafka),
  SelfManagedKafkaEventSourceConfig: o(Kafka),
  KMSKeyArn: o(text('(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()', { maxLength: 2048 })),
  MetricsConfig: o(
    Type.Object({
      Metrics: o(
        Type.Array(Type.Enum(['EventCount', 'ErrorCount', 'KafkaMetrics']), { maxItems: 3 }),
      ),
    }),
  ),
  LoggingConfig: o(Type.Object({ SystemLogLevel: o(Type.Enum(['DEBUG', 'INFO', 'WARN'])) })),
  ProvisionedPollerConfig: o(
    Type.Object({
      MinimumPollers: o(Type.Integer({ minimum: 1, maximum: 200 })),
      MaximumPollers: o(Type.Integer({ minimum: 1, maximum: 2000 })),
      PollerGroupName: o(text('[a-zA-Z0-9-_]*', { maxLength: 128 })),
    }),
  ),
}

/** What is said once, when the mapping is made. */
export const SOURCE_MEMBERS = {
  EventSourceArn: o(SourceArn),
  StartingPosition: o(Type.Enum(['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'])),
  /** Seconds since 1970. */
  StartingPositionTimestamp: o(Type.Number({ minimum: 0, maximum: 1e11 })),
  Topics: o(
    Type.Array(text('[^.]([a-zA-Z0-9\\-_.]+)', { minLength: 1, maxLength: 249 }), {
      minItems: 1,
      maxItems: 1,
    }),
  ),
  Queues: o(
    Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), { minItems: 1, maxItems: 1 }),
  ),
  SelfManagedEventSource: o(
    Type.Object({
      Endpoints: o(
        Type.Record(
          Type.String(),
          Type.Array(Type.String({ minLength: 1, maxLength: 300 }), { minItems: 1, maxItems: 10 }),
          { maxProperties: 2 },
        ),
      ),
    }),
  ),
}
