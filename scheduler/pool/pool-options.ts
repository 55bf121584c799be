import type { CodeStore } from '../../core/functions/code-store.ts'
import type { FunctionEntranceAddress } from '../../core/links/function-entrance.ts'
import type { LogSink } from '../../core/logs/log-line.ts'
import type { Logger } from '../../core/logs/logger.ts'
import type { Driver } from './driver.ts'
import type { InvocationRecorder } from './invocation-recorder.ts'

/** What a pool is made with. */
export interface PoolOptions {
  /** The same for every start on this host's data: what is left of earlier ones is known by it. */
  nodeId: string
  /** The pool's own; everything in it is removed. Code packages are kept in `code` beside it. */
  directory: string
  driver: Driver
  code: CodeStore
  logs: LogSink
  log: Logger
  recorder: InvocationRecorder
  /** Generic sandboxes that wait, booted. */
  generic: number
  maxSandboxes: number
  /** What the limits of all sandboxes may add up to. */
  memoryMb: number
  idleMs: number
  /** An idle sandbox of a function is frozen after so long; 0: never. */
  freezeAfterMs: number
  /** An invocation waits for room at most so long. */
  queueMs: number
  /** What egress targets `s3` and `lambda` are connected with. */
  s3Endpoint?: string
  entrance?: FunctionEntranceAddress
}
