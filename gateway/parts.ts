import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Logger } from 'pino'
import type { RoleStore } from '../core/access/role-store.ts'
import type { Check } from '../core/diagnosis/check.ts'
import type { AttachmentStore } from '../core/functions/attachment-store.ts'
import type { CodeStore } from '../core/functions/code-store.ts'
import type { ConfigurationStore } from '../core/functions/configuration-store.ts'
import type { FunctionStore } from '../core/functions/function-store.ts'
import type { LayerStore } from '../core/functions/layer-store.ts'
import type { SecretKeys } from '../core/functions/secret-keys.ts'
import type { SecretStore } from '../core/functions/secret-store.ts'
import type { DeadLetterStore } from '../core/invocations/dead-letter-store.ts'
import type { InvocationStore } from '../core/invocations/invocation-store.ts'
import type { QueueStore } from '../core/invocations/queue-store.ts'
import type { StatisticsStore } from '../core/invocations/statistics-store.ts'
import type { TurnQueue } from '../core/invocations/turn-queue.ts'
import type { JournalStore } from '../core/journal/journal-store.ts'
import type { InvokeLink } from '../core/links/invoke-link.ts'
import type { LogStore } from '../core/logs/log-store.ts'
import type { PartHealth } from '../core/process/parts-health.ts'
import type { Settings } from '../core/settings.ts'
import type { ObjectScanStore } from '../core/storage/object-scan-store.ts'
import type { Storage } from '../core/storage/object-store.ts'
import type { EventSourceMappingStore } from '../core/triggers/event-source-mapping-store.ts'
import type { RuleStore } from '../core/triggers/rule-store.ts'
import type { ScheduleStore } from '../core/triggers/schedule-store.ts'
import type { TriggerStore } from '../core/triggers/trigger-store.ts'
import type { UsageStore } from '../core/usage/usage-store.ts'
import type { WebhookLag } from './metrics/webhook-lag.ts'
import type { AccessKeys } from './signature/access-keys.ts'

/** Everything a gateway is put together from; who builds it owns it and closes it. */
export interface GatewayParts {
  settings: Settings
  /** The key that callers may send as bearer token; without one that way is closed. */
  apiKey?: string | undefined
  /** What callers may sign with. Where there are neither, only this machine may call. */
  accessKeys: AccessKeys
  /** What the S3 server sends as bearer token to /storage/events. */
  webhookToken: string
  log: Logger
  link: InvokeLink
  functions: FunctionStore
  attachments: AttachmentStore
  layers: LayerStore
  configuration: ConfigurationStore
  code: CodeStore
  invocations: InvocationStore
  deadLetters: DeadLetterStore
  queues: QueueStore
  turns: Pick<TurnQueue, 'shown'>
  statistics: StatisticsStore
  journal: JournalStore
  usage: UsageStore
  triggers: TriggerStore
  rules: RuleStore
  schedules: ScheduleStore
  roles: RoleStore
  mappings: EventSourceMappingStore
  scans: ObjectScanStore
  secrets: SecretStore
  secretKeys: SecretKeys
  storage: Storage
  logs: LogStore
  /** Each dependency by name. Never rejects, and answers within 2 s, or 5 s where one is there and slow. */
  health(): Promise<Record<string, PartHealth>>
  /** What the platform stands on, each thing with what was found. Never rejects, and answers within 5 s. */
  diagnose(): Promise<Check[]>
}

/** The same, with what each gateway makes for its routes. */
export interface RouteParts extends GatewayParts {
  webhookLag: WebhookLag
}

/** A Fastify whose handlers know their types from the route's schemas. */
export type GatewayApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** One resource's routes; each gets a scope of its own, so content-type parsers do not leak. */
export type Routes = (app: GatewayApp, parts: RouteParts) => void
