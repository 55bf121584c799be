import type { Check } from '../core/diagnosis/check.ts'
import { HearthError } from '../core/errors.ts'
import { sandboxRevisionOf } from '../core/functions/function.ts'
import { LATEST } from '../core/functions/qualifier.ts'
import { DEPTH_MAX } from '../core/invocations/depth.ts'
import { type AnswerStream, streamAnswer } from '../core/links/answer-stream.ts'
import type {
  InvokeAnswer,
  InvokeLink,
  InvokeRequest,
  ProvisionedState,
  SandboxReport,
  SchedulerHealth,
  StreamedAnswer,
} from '../core/links/invoke-link.ts'
import type { MetricFamily } from '../core/metrics/metric-family.ts'
import type { Catalogue } from './catalogue.ts'
import type { Driver } from './pool/driver.ts'
import type { Pool, RunnableFunction } from './pool/pool.ts'
import { poolFamilies } from './pool-metrics.ts'
import { hasSecrets } from './secret-revision.ts'
import type { Tracer } from './tracing/tracer.ts'

export interface SchedulerParts {
  catalogue: Catalogue
  pool: Pool
  driver: Driver
  /** Where traces are wanted. */
  tracer?: Tracer | undefined
  /** How often what takes turns off the queue had to be opened anew. */
  workerRestarts(): number
  provisioned(functionName: string): Promise<ProvisionedState[]>
  /** Of all that have run here since the start. */
  invocationMetrics(): MetricFamily[]
  /** Looks at all that sandboxes need here. Never rejects. */
  diagnose(): Promise<Check[]>
  /** Called when a function has changed; what it rejects with is of no matter. */
  changed(functionName: string): Promise<void>
}

/** Decides and runs on one host: what the gateways' link ends at. */
export class Scheduler implements InvokeLink {
  readonly #parts: SchedulerParts
  #closing = false

  constructor(parts: SchedulerParts) {
    this.#parts = parts
  }

  /** What is in memory goes to the pool without a turn of waiting. */
  invoke(request: InvokeRequest): Promise<InvokeAnswer> {
    const { catalogue } = this.#parts
    const { functionName, qualifier, depth } = request
    const known = depth || this.#closing ? undefined : catalogue.known(functionName, qualifier)
    if (known) return this.#run(known, request)
    return this.#admit(request).then((found) => this.#run(found, request))
  }

  async invokeStream(request: InvokeRequest): Promise<StreamedAnswer> {
    const found = await this.#admit(request)
    return streamAnswer((stream) => this.#run(found, request, stream))
  }

  /** A function that is gone leaves no sandbox; a new state of one finds its code unpacked. */
  async announce(functionName: string): Promise<void> {
    const { catalogue, pool } = this.#parts
    const found = await catalogue.refresh(functionName)
    if (found) await pool.prepare(found.latest)
    // Another change may have come meanwhile, and its sandboxes are the ones to keep.
    const now = catalogue.last(functionName)
    const latest = now && sandboxRevisionOf(now.latest.definition)
    pool.retire(functionName, (definition) =>
      definition.version === LATEST
        ? sandboxRevisionOf(definition) === latest
        : now?.numbers.has(definition.version) === true && hasSecrets(definition, now.secrets),
    )
    if (!now) pool.forget(functionName)
    // Its waiting events are looked at a second later anyway.
    this.#parts.changed(functionName).catch(() => undefined)
  }

  provisioned(functionName: string): Promise<ProvisionedState[]> {
    return this.#parts.provisioned(functionName)
  }

  async health(): Promise<SchedulerHealth> {
    const { driver } = this.#parts
    const facts = this.#facts()
    if (driver.kind === 'process') {
      const detail = 'Sandboxes are plain processes: nothing is isolated'
      return { driver: 'process', engine: 'off', detail, ...facts }
    }
    try {
      await driver.ping()
      return { driver: 'docker', engine: 'up', ...facts }
    } catch (error) {
      return { driver: 'docker', engine: 'down', detail: (error as Error).message, ...facts }
    }
  }

  async sandboxes(): Promise<SandboxReport[]> {
    return this.#parts.pool.inspection.sandboxes()
  }

  async endSandbox(id: string): Promise<void> {
    this.#parts.pool.inspection.end(id)
  }

  async metrics(): Promise<MetricFamily[]> {
    return [...this.#parts.invocationMetrics(), ...poolFamilies(this.#facts())]
  }

  async diagnose(): Promise<Check[]> {
    if (this.#closing) throw new HearthError('ShuttingDown')
    return this.#parts.diagnose()
  }

  /** For a scheduler that had no lease for a while: deployments did not wait for it meanwhile. */
  leaseLapsed(): void {
    this.#parts.catalogue.distrustAll()
  }

  /** No new invocation from here on; those that run go on until the pool closes. */
  stopAdmitting(): void {
    this.#closing = true
  }

  #run(fn: RunnableFunction, request: InvokeRequest, stream?: AnswerStream): Promise<InvokeAnswer> {
    const { pool, tracer } = this.#parts
    if (!tracer) return pool.invoke(fn, request, stream)
    return tracer.trace(fn.definition, request, (traced) => pool.invoke(fn, traced, stream))
  }

  #facts() {
    const { pool, workerRestarts } = this.#parts
    return {
      sandboxes: pool.stats(),
      workerRestarts: workerRestarts(),
      engineReport: pool.engineReport(),
    }
  }

  /** What is to run. Throws FunctionNotFound, RecursiveInvocation. */
  async #admit({ functionName: name, qualifier, depth = 0 }: InvokeRequest) {
    if (this.#closing) throw new HearthError('ShuttingDown')
    const { catalogue } = this.#parts
    const found = catalogue.known(name, qualifier) ?? (await catalogue.find(name, qualifier))
    if (depth >= DEPTH_MAX && !catalogue.last(name)?.mayLoop) {
      throw new HearthError('RecursiveInvocation', { name, depth })
    }
    return found
  }
}
