import type { paths } from './api-types.ts'

/** JSON of one status, as openapi-typescript has it. */
interface Json<Body> {
  headers: Record<string, unknown>
  content: { 'application/json': Body }
}

interface Operation<Parameters, Answer> {
  parameters: Parameters & { header?: never; cookie?: never }
  requestBody?: never
  responses: Record<200, Json<Answer>>
}

interface OperationWithBody<Parameters, Answer, Body> {
  parameters: Parameters & { header?: never; cookie?: never }
  requestBody: { content: { 'application/json': Body } }
  responses: Record<200, Json<Answer>>
}

interface OfName {
  path: { name: string }
  query?: never
}

export interface LogLine {
  time: string
  invocationId?: string
  level?: string
  text: string
  data?: unknown
}

export interface LogFilter {
  limit?: number
  invocation?: string
  level?: string
  search?: string
  from?: string
  to?: string
}

export interface InvocationFilter {
  function?: string
  version?: string
  state?: string
  type?: string
  trigger?: string
  start?: string
  error?: string
  from?: string
  to?: string
  limit?: number
  cursor?: string
}

export interface InvocationSummary {
  id: string
  functionName: string
  version?: string
  type?: string
  state: string
  cause?: { kind?: string }
  createdAt: string
  endedAt?: string
  durationMs?: number
  memoryMb?: number
  start?: string
  errorType?: string
  errorMessage?: string
}

export interface UsageFigures {
  invocations: number
  errors: number
  throttles: number
  coldStarts: number
  durationMs: number
  gbSeconds: number
}

export interface FunctionUsage {
  functionName: string
  hours: ({ hour: string } & UsageFigures)[]
  total: UsageFigures & { lambdaUsd?: number; hostUsd?: number }
}

export interface Check {
  name: string
  state: 'ok' | 'warning' | 'failed'
  found: string
  remedy?: string
}

interface Page {
  invocations: InvocationSummary[]
  cursor?: string
}

/** Routes that not every platform offers; an older one answers them with RouteNotFound. */
interface Expected {
  '/invocations': {
    get: Operation<{ path?: never; query?: InvocationFilter }, Page>
  }
  '/functions/{name}/invocations': {
    get: Operation<{ path: { name: string }; query?: InvocationFilter }, Page>
  }
  '/invocations/{id}/replay': {
    post: OperationWithBody<
      { path: { id: string }; query?: never },
      { id: string; state?: string },
      { qualifier?: string }
    >
  }
  '/functions/{name}/logs': {
    get: Operation<
      { path: { name: string }; query?: LogFilter },
      { lines: LogLine[]; after?: string }
    >
  }
  '/functions/{name}/secrets': {
    get: Operation<OfName, { secrets: { name: string; updatedAt: string }[] }>
  }
  '/functions/{name}/secrets/{key}': {
    put: OperationWithBody<
      { path: { name: string; key: string }; query?: never },
      unknown,
      { value: string }
    >
    delete: Operation<{ path: { name: string; key: string }; query?: never }, unknown>
  }
  '/usage': {
    get: Operation<
      { path?: never; query?: { function?: string; from?: string; to?: string; cursor?: string } },
      { functions: FunctionUsage[]; cursor?: string }
    >
  }
  '/diagnosis': {
    get: Operation<{ path?: never; query?: never }, { checks: Check[] }>
  }
}

export type ApiPaths = Omit<paths, keyof Expected> & Expected
