import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { RoleStore } from './access/role-store.ts'
import { AttachmentStore } from './functions/attachment-store.ts'
import { BucketCodeStore } from './functions/bucket-code-store.ts'
import type { CodeStore } from './functions/code-store.ts'
import { ConfigurationStore } from './functions/configuration-store.ts'
import { FolderCodeStore } from './functions/folder-code-store.ts'
import { FunctionStore } from './functions/function-store.ts'
import { LayerStore } from './functions/layer-store.ts'
import { SecretKeys, secretKeysPath } from './functions/secret-keys.ts'
import { SecretStore } from './functions/secret-store.ts'
import { DeadLetterStore } from './invocations/dead-letter-store.ts'
import { InvocationStore } from './invocations/invocation-store.ts'
import { QueueStore } from './invocations/queue-store.ts'
import { StatisticsStore } from './invocations/statistics-store.ts'
import { TurnQueue } from './invocations/turn-queue.ts'
import { journalOptions } from './journal/journal-limits.ts'
import { JournalStore } from './journal/journal-store.ts'
import { keys } from './keys.ts'
import { logLimits } from './logs/log-limits.ts'
import { LogStore } from './logs/log-store.ts'
import { BucketPayloadStore } from './payloads/bucket-payload-store.ts'
import { FolderPayloadStore } from './payloads/folder-payload-store.ts'
import type { PayloadStore } from './payloads/payload-store.ts'
import { connectRedis, type Redis, redisFailure } from './redis/redis.ts'
import { checkRedis } from './redis/redis-policy.ts'
import type { Settings } from './settings.ts'
import { ObjectScanStore } from './storage/object-scan-store.ts'
import { type Storage, storeOf } from './storage/object-store.ts'
import { EventSourceMappingStore } from './triggers/event-source-mapping-store.ts'
import { openRules, type RuleStore } from './triggers/rule-store.ts'
import { openSchedules, type ScheduleStore } from './triggers/schedule-store.ts'
import { TriggerStore } from './triggers/trigger-store.ts'
import { UsageStore } from './usage/usage-store.ts'

/** Everything that is kept, behind its stores: what a gateway and a scheduler share. */
export interface Stores {
  redis: Redis
  turns: TurnQueue
  functions: FunctionStore
  attachments: AttachmentStore
  layers: LayerStore
  configuration: ConfigurationStore
  invocations: InvocationStore
  deadLetters: DeadLetterStore
  queues: QueueStore
  statistics: StatisticsStore
  journal: JournalStore
  usage: UsageStore
  triggers: TriggerStore
  rules: RuleStore
  schedules: ScheduleStore
  roles: RoleStore
  mappings: EventSourceMappingStore
  scans: ObjectScanStore
  code: CodeStore
  payloads: PayloadStore
  logs: LogStore
  secrets: SecretStore
  secretKeys: SecretKeys
  storage: Storage
  /** What is wrong with how Redis is set, for whoever starts the platform. */
  weaknesses: string[]
  /** Flushes what is buffered and ends the connections; has its own deadline. */
  close(): Promise<void>
}

export interface StoresOptions {
  redisUrl: string
  storage: Storage
  dataDir: string
  settings: Pick<
    Settings,
    | 'CODE_STORE'
    | 'RECORD_COUNT'
    | 'RECORD_HOURS'
    | 'RECORD_COUNT_ALL'
    | 'LOG_LINES'
    | 'LOG_MB'
    | 'LOG_DAYS'
    | 'LOG_TOTAL_MB'
  >
  /** Key file of the functions' secrets; in `dataDir` where it is not given. */
  secretKeysFile?: string
}

/**
 * Connects; throws RedisUnavailable, CannotStart where Redis is unfit, and StorageUnavailable or StorageOff
 * where packages are to lie in storage that cannot be reached or is off.
 */
export async function openStores(options: StoresOptions): Promise<Stores> {
  const { redisUrl, storage, settings, dataDir } = options
  const secretKeys = new SecretKeys(options.secretKeysFile ?? secretKeysPath(dataDir))
  const { redis, weaknesses, code, payloads } = await openParts(options)
  const turns = TurnQueue.open(redisUrl)
  const logs = new LogStore(redis, logLimits(settings))
  const functions = new FunctionStore(redis)
  const triggers = new TriggerStore({ redis, turns, storage })
  return {
    redis,
    turns,
    functions,
    invocations: new InvocationStore({ redis, turns, payloads }),
    deadLetters: new DeadLetterStore({ redis, turns, payloads }),
    queues: new QueueStore(redis),
    statistics: new StatisticsStore(redis),
    journal: new JournalStore(redis, journalOptions(settings)),
    usage: new UsageStore(redis),
    attachments: new AttachmentStore(redis),
    layers: new LayerStore(redis),
    configuration: new ConfigurationStore(redis),
    triggers,
    rules: openRules({ redis, triggers, functions }),
    schedules: openSchedules({ redis, triggers, functions }),
    roles: new RoleStore(redis),
    mappings: new EventSourceMappingStore(redis),
    scans: new ObjectScanStore(redis),
    code,
    payloads,
    logs,
    secrets: new SecretStore(redis, secretKeys),
    secretKeys,
    storage,
    weaknesses,
    async close() {
      await logs.close()
      await turns.close()
      redis.disconnect()
    },
  }
}

type Parts = Pick<Stores, 'redis' | 'weaknesses' | 'code' | 'payloads'>

/** What has to answer before anything can be kept. No connection is left where one does not. */
async function openParts(options: StoresOptions): Promise<Parts> {
  const redis = await connectRedis(options.redisUrl)
  try {
    return { redis, weaknesses: await checkRedis(redis), ...(await openFiles(redis, options)) }
  } catch (error) {
    redis.disconnect()
    throw error
  }
}

/** Where packages and large payloads lie. */
async function openFiles(
  redis: Redis,
  { settings, storage, dataDir }: StoresOptions,
): Promise<Pick<Stores, 'code' | 'payloads'>> {
  if (settings.CODE_STORE !== 's3') {
    return {
      code: new FolderCodeStore(join(dataDir, 'packages')),
      payloads: new FolderPayloadStore(join(dataDir, 'payloads')),
    }
  }
  const store = storeOf(storage)
  return {
    code: await BucketCodeStore.open(store),
    payloads: await BucketPayloadStore.open(store, await payloadFolder(redis)),
  }
}

/** The same for all gateways and schedulers on this Redis. */
async function payloadFolder(redis: Redis): Promise<string> {
  try {
    await redis.set(keys.payloadFolder, randomUUID(), 'NX')
    return (await redis.get(keys.payloadFolder)) ?? ''
  } catch (cause) {
    throw redisFailure(cause)
  }
}
