import type { Readable } from 'node:stream'
import type { Check } from '../diagnosis/check.ts'
import type { Timings } from '../invocations/timings.ts'
import type { MetricFamily } from '../metrics/metric-family.ts'
import type { FunctionError } from '../protocol.ts'

export interface InvokeRequest {
  /** The invocation's id: the handler's awsRequestId, the same for all its attempts. */
  id: string
  functionName: string
  /** A version or an alias; absent: the current state. */
  qualifier?: string
  /** JSON text. Not parsed on the way; a text that is no JSON answers `InvalidJson`. */
  event: Buffer
  clientContext?: string
  traceId?: string
  /** By W3C's Trace Context: the place in a trace that it belongs to; see core/trace-context.ts. */
  traceparent?: string
  /** How many invocations stand behind this one, each caused by the one before; absent: none. */
  depth?: number
  /** Not to wait where the function's reserved concurrency is used up, but be refused at once. */
  atOnce?: boolean
  /** Nobody waits for its answer: it may wait for a busy sandbox where another would be no sooner. */
  patient?: boolean
  /** It came to the function's own address, and not by the API. */
  byUrl?: boolean
  /** The answer is to have the end of the invocation's log with it. */
  logTail?: boolean
}

export interface InvokeAnswer {
  executedVersion: string
  /** The handler's JSON, or whatever a streaming handler wrote; empty where it failed, or has been streamed. */
  result: Buffer
  /** Set where a streaming handler wrote the result: then it may be anything. */
  contentType?: string
  /** Set where the handler failed, by whatever way; `timedOut` where the clock ended it. */
  functionError?: FunctionError
  timedOut?: boolean
  /** From START to REPORT, a line each, the last 4 KB; where the request wanted it. */
  logTail?: string
  timings: Timings
  /** What its process used at most, where the runtime has said it. */
  maxMemoryMb?: number
}

/** An answer that is read while the handler still writes it. */
export interface StreamedAnswer {
  executedVersion: string
  contentType: string
  /**
   * Held back by a slow reader, the handler's writes wait. Ends without an error however the
   * invocation ends; destroyed, the handler goes on and what it writes is dropped.
   */
  chunks: Readable
  /** How it ended, without a result; settles whether or not the chunks are read. */
  done: Promise<InvokeAnswer>
}

export type DependencyState = 'up' | 'down' | 'off'

/** What became of one kind of calls to the container engine, since the start. */
export interface EngineCallTally {
  calls: number
  running: number
  /** Answered with an error; not answered at all; of these, given up at the deadline. */
  refused: number
  unanswered: number
  late: number
  /** Done again after their connection broke. */
  repeated: number
  totalMs: number
  maxMs: number
}

/** A sandbox that the engine could not remove, again and again. */
export interface QuarantinedSandbox {
  /** The sandbox's id, or the container's where it has none. */
  id: string
  reason: string
  /** How often its removal has failed. */
  tries: number
  since: string
  nextTryAt: string
}

/** A process that held a container which the engine does not know any more. */
export interface OrphanedShim {
  pid: number
  containerId: string
}

/**
 * How idle sandboxes are frozen: by a file of their control group, by the engine's pause, by signals
 * to a process. off: they are not, since this host would not find them again after a crash.
 */
export type FreezingWay = 'cgroup-v1' | 'cgroup-v2' | 'engine' | 'signals' | 'off'

/** What a scheduler tells of its container engine. */
export interface EngineReport {
  freezing: FreezingWay
  calls: Record<string, EngineCallTally>
  quarantined: QuarantinedSandbox[]
  orphanedShims: OrphanedShim[]
}

export interface SchedulerHealth {
  driver: 'docker' | 'process'
  engine: DependencyState
  detail?: string
  /** `idle` ones run; those that are idle and frozen are counted apart. */
  sandboxes: { generic: number; idle: number; frozen: number; busy: number; starting: number }
  /** How often what takes turns off the queue had fallen silent and was opened anew. */
  workerRestarts: number
  engineReport: EngineReport
}

/**
 * booting: started, has not said hello. generic: waits, nobody's. initialising: loads its function.
 * idle: waits for an invocation. paused: the same, frozen. busy: runs something.
 */
export const SANDBOX_STATES = [
  'booting',
  'generic',
  'initialising',
  'idle',
  'paused',
  'busy',
] as const

/** One sandbox as it is now. */
export interface SandboxReport {
  id: string
  /** Absent while it is nobody's. */
  functionName?: string
  version?: string
  state: (typeof SANDBOX_STATES)[number]
  memoryMb: number
  /** Since it was launched. */
  ageMs: number
  /** How many invocations it runs. */
  running: number
  /** It is kept ready for its function, called or not. */
  isProvisioned: boolean
}

/** What a scheduler has of the sandboxes that are kept ready for a version or an alias. */
export interface ProvisionedState {
  qualifier: string
  requested: number
  /** Those that start, wait or run; and of these those that wait or run. */
  allocated: number
  available: number
  /** Why there are no more, where that is known. */
  reason?: string
}

/**
 * What a gateway asks of the schedulers. In one process it is the scheduler itself; between
 * services it crosses a socket. Errors of callers and platform reject as HearthError; what the
 * function did wrong is an answer.
 */
export interface InvokeLink {
  invoke(request: InvokeRequest): Promise<InvokeAnswer>
  /** Resolves with the first bytes, or, where there are none, at the end. Rejects as `invoke` does. */
  invokeStream(request: InvokeRequest): Promise<StreamedAnswer>
  /**
   * Resolves when every scheduler with a live lease serves this state of the function (or knows
   * that it is gone), so that no old answer follows. Rejects with SchedulerUnavailable at its deadline.
   */
  announce(functionName: string): Promise<void>
  /** Of the scheduler that the function's synchronous invocations go to. Throws FunctionNotFound. */
  provisioned(functionName: string): Promise<ProvisionedState[]>
  health(): Promise<SchedulerHealth>
  /** Of every scheduler that answers. */
  sandboxes(): Promise<SandboxReport[]>
  /** Ends a sandbox now: what it runs fails by the platform's fault. Throws SandboxNotFound. */
  endSandbox(id: string): Promise<void>
  /** Of all schedulers with a live lease; one that does not answer in time is told to be down. */
  metrics(): Promise<MetricFamily[]>
  /** What each scheduler that answers finds of all that its sandboxes need. */
  diagnose(): Promise<Check[]>
}
