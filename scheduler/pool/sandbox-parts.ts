import type { LogSink } from '../../core/logs/log-line.ts'
import type { Logger } from '../../core/logs/logger.ts'
import type { Driver } from './driver.ts'
import type { Egress } from './egress.ts'
import type { InvocationRecorder } from './invocation-recorder.ts'
import type { Removals } from './removals.ts'
import type { Standstill } from './standstill.ts'

/** What every sandbox of a pool works with. */
export interface SandboxParts {
  driver: Driver
  logs: LogSink
  log: Logger
  egress: Egress
  removals: Removals
  recorder: InvocationRecorder
  standstill: Standstill
}
