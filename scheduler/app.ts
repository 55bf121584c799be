import { randomUUID } from 'node:crypto'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { exists } from '../core/invocations/accept-object.ts'
import { DeliveryStore } from '../core/invocations/delivery-store.ts'
import { isLoopAllowed } from '../core/invocations/depth.ts'
import type { FunctionEntranceAddress } from '../core/links/function-entrance.ts'
import type { Logger } from '../core/logs/logger.ts'
import { untilReady } from '../core/process/until-ready.ts'
import { checkRedisMarker } from '../core/redis/redis-marker.ts'
import type { Settings } from '../core/settings.ts'
import { StorageCredentials } from '../core/storage/storage-credentials.ts'
import type { Stores } from '../core/stores.ts'
import { Consumer } from './asynchronous/consumer.ts'
import { Catalogue } from './catalogue.ts'
import { catalogueSource } from './catalogue-source.ts'
import { deliver } from './destinations/deliver.ts'
import { Outbox } from './destinations/outbox.ts'
import { diagnoseHost } from './diagnosis.ts'
import { InvocationJournal } from './invocation-journal.ts'
import { InvocationMetrics } from './invocation-metrics.ts'
import { InvocationStatistics } from './invocation-statistics.ts'
import { ObjectScan } from './objects/object-scan.ts'
import { OutboundConnections } from './outbound-connections.ts'
import type { Driver } from './pool/driver.ts'
import { type InvocationRecorder, recorderOf } from './pool/invocation-recorder.ts'
import { Pool } from './pool/pool.ts'
import { ProvisionedFunctions } from './provisioned-functions.ts'
import { Scheduler } from './scheduler.ts'
import { OtlpExporter } from './tracing/otlp-exporter.ts'
import { Tracer } from './tracing/tracer.ts'
import { UsageMeter } from './usage-meter.ts'

/** Of the host's memory, what sandboxes together may be given unless POOL_MEMORY_MB says otherwise. */
const MEMORY_SHARE = 0.75
const MB = 1024 * 1024

export interface SchedulerOptions {
  settings: Settings
  stores: Stores
  log: Logger
  /** The same for every start on this host's data. */
  nodeId: string
  driver: Driver
  dataDir: string
  /** Where the functions' own calls of the platform go. */
  entrance: FunctionEntranceAddress
}

export interface RunningScheduler {
  link: Scheduler
  /** Stops claiming, drains what runs for at most `graceMs`, and removes every sandbox. */
  close(graceMs: number): Promise<void>
  /** While it closes: ends what runs, so that nothing is waited for any more. */
  hurry(): void
}

/** Puts one host's scheduler together and starts it; serving gateways is its caller's. */
export async function startScheduler(options: SchedulerOptions): Promise<RunningScheduler> {
  const { settings, stores, log, nodeId, driver } = options
  await untilReady(log, () => checkRedisMarker(stores.redis, options.dataDir))
  const statistics = new InvocationStatistics(stores.statistics, log)
  const journal = new InvocationJournal(stores.journal, log)
  const usage = new UsageMeter(stores.usage, log)
  const metrics = new InvocationMetrics((name) => catalogue.last(name) !== undefined)
  const pool = await startPool(options, recorderOf([statistics, usage, journal, metrics]))
  const credentials = new StorageCredentials(stores.storage)
  const catalogue = new Catalogue(catalogueSource({ ...stores, credentials }))
  const exporter = openExporter(options)
  const link: Scheduler = new Scheduler({
    tracer: exporter && new Tracer((spans) => exporter.add(spans)),
    catalogue,
    pool,
    driver,
    workerRestarts: () => consumer.workerRestarts,
    diagnose: () =>
      diagnoseHost({ ...options, pool, workerRestarts: () => consumer.workerRestarts }),
    provisioned: (name) => provisioned.states(name),
    invocationMetrics: () => [...metrics.families(), ...(exporter?.families() ?? [])],
    changed: async (name) => {
      if (!catalogue.last(name)) for (const one of [statistics, metrics]) one.forget(name)
      await Promise.all([consumer.hurry(name), provisioned.changed(name)])
    },
  })
  const { attachments } = stores
  const kept = { catalogue, attachments, pool: pool.provisioned, log }
  const provisioned = new ProvisionedFunctions(kept)
  provisioned.start()
  const consumer = Consumer.start({
    ...stores,
    owner: { nodeId, bootId: randomUUID() },
    invoke: (request) => link.invoke(request),
    room: async (target) => pool.room((await catalogue.findTarget(target)).definition),
    onRoom: (listener) => pool.onRoom(listener),
    asyncConfiguration: (target) => catalogue.asyncConfiguration(target),
    record: (name, version) => catalogue.record(name, version),
    policy: { retryDelayMs: settings.RETRY_DELAY_SECONDS * 1000 },
    handedOver: () => outbox.notice(),
    log,
  })
  const connections = new OutboundConnections()
  const egressOf = async (name: string) =>
    (await exists(stores.functions, name)) ? (await stores.functions.read(name)).egress : 'public'
  const mayLoop = async (functionName: string) =>
    isLoopAllowed(await stores.attachments.read({ functionName, kind: 'recursion' }))
  const outbox = new Outbox({
    deliveries: new DeliveryStore(stores),
    deliver: (message) => deliver({ ...stores, connections, egressOf, mayLoop }, message),
    ageMsMax: settings.DELIVERY_SECONDS * 1000,
    log,
  })
  const scan = startScan(options)
  return {
    link,
    hurry: () => pool.endBusy(),
    async close(graceMs) {
      const deadline = Date.now() + graceMs
      await Promise.all([scan?.close(), consumer.stop(), provisioned.stop()])
      await consumer.settle(graceMs)
      await outbox.close(Math.max(0, deadline - Date.now()))
      link.stopAdmitting()
      await pool.close(Math.max(0, deadline - Date.now()))
      await Promise.all([statistics.close(), usage.close(), journal.close(), exporter?.close()])
    },
  }
}

function startPool(
  { settings, stores, ...options }: SchedulerOptions,
  recorder: InvocationRecorder,
): Promise<Pool> {
  const { log } = options
  return untilReady(log, () =>
    Pool.start({
      nodeId: options.nodeId,
      directory: join(options.dataDir, 'sandboxes'),
      driver: options.driver,
      code: stores.code,
      logs: stores.logs,
      log,
      recorder,
      generic: settings.POOL_GENERIC,
      maxSandboxes: settings.POOL_MAX,
      memoryMb: settings.POOL_MEMORY_MB ?? Math.floor((totalmem() * MEMORY_SHARE) / MB),
      idleMs: settings.IDLE_SECONDS * 1000,
      freezeAfterMs: settings.SANDBOX_FREEZE_AFTER_MS,
      queueMs: settings.QUEUE_SECONDS * 1000,
      entrance: options.entrance,
      ...(stores.storage.state === 'on' && { s3Endpoint: stores.storage.store.endpoint }),
    }),
  )
}

/** Where a collector is named. */
function openExporter({ settings, nodeId, log }: SchedulerOptions): OtlpExporter | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers } = settings
  if (endpoint === undefined) return undefined
  const serviceName = settings.OTEL_SERVICE_NAME
  return new OtlpExporter({ endpoint, headers, serviceName, nodeId, log })
}

/** Without storage there is nothing to scan. */
function startScan({ settings, stores, log }: SchedulerOptions): ObjectScan | undefined {
  if (stores.storage.state === 'off') return undefined
  return ObjectScan.start({
    ...stores,
    store: stores.storage.store,
    intervalMs: settings.SCAN_INTERVAL_SECONDS * 1000,
    objectsPerSecond: settings.SCAN_OBJECTS_PER_SECOND,
    log,
  })
}
