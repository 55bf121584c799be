/** What the REST API answers, as far as the console shows it; /openapi.json has all of it. */

export interface FunctionDefinition {
  name: string
  arn: string
  runtime: string
  handler: string
  description: string
  environment: Record<string, string>
  memoryMb: number
  timeoutSeconds: number
  reservedConcurrency: number | null
  concurrency?: number
  egress: 'public' | 'none' | string[]
  layers: { arn: string }[]
  tags: Record<string, string>
  codeSha256: string
  codeSize: number
  version: string
  state: string
  createdAt: string
  lastModified: string
}

export interface Alias {
  name: string
  functionVersion: string
  description: string
  weights: Record<string, number>
  revisionId: string
}

export type InvocationState =
  | 'queued'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'expired'
  | 'cancelled'

export type StartKind = 'warm' | 'thawed' | 'generic' | 'new'

export interface Timings {
  queueMs: number
  acquireMs: number
  codeMs: number
  initMs: number
  handlerMs: number
  responseMs: number
  start: StartKind
  why?: string
}

export interface Attempt {
  startedAt: string
  endedAt?: string
  outcome?: string
  errorType?: string
  node?: string
  timings?: Timings
}

export interface Invocation {
  id: string
  functionName: string
  qualifier?: string
  version: string
  type: 'RequestResponse' | 'Event'
  state: InvocationState
  cause: { kind: string; triggerId?: string; detail?: string }
  createdAt: string
  endedAt?: string
  durationMs?: number
  memoryMb?: number
  start?: StartKind
  timings?: Timings
  errorType?: string
  errorMessage?: string
  attempts?: Attempt[]
  event?: unknown
  /** Why it is not there, of an invocation that would have one. */
  eventOmitted?: string
  result?: unknown
  resultOmitted?: string
  error?: { errorType: string; errorMessage: string; trace?: string[] }
  delivery?: { destination: string; state: string; attempts: number; error?: string }
  redrivenAs?: string
}

export interface LogLine {
  time: string
  invocationId?: string
  level?: string
  text: string
  data?: unknown
}

export interface UsageCounts {
  invocations: number
  errors: number
  throttles: number
  coldStarts: number
  durationMs: number
  gbSeconds: number
}

export interface FunctionUsage {
  functionName: string
  hours: (UsageCounts & { hour: string })[]
  total: UsageCounts & { lambdaUsd: number; hostUsd?: number }
}

export interface Sandbox {
  id: string
  functionName?: string
  version?: string
  state: string
  memoryMb: number
  ageMs: number
  running: number
  isProvisioned: boolean
}

export interface Queue {
  target: string
  ready: number
  later: number
  oldestAgeMs?: number
  deadLetters: number
}

export interface Check {
  name: string
  state: 'ok' | 'warning' | 'failed'
  found: string
  remedy?: string
}

interface TriggerFields {
  id: string
  functionName: string
  qualifier?: string
  createdAt: string
  origin?: string
}

export type Trigger = TriggerFields &
  (
    | { type: 'schedule'; schedule: string; timezone?: string; input?: unknown }
    | { type: 'object'; bucket: string; events: string[]; prefix?: string; suffix?: string }
    | { type: 'event'; pattern: Record<string, unknown>; input?: unknown }
  )

export interface Page {
  cursor?: string
}
