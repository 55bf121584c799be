import { call, errorOf, INVOKE_DEADLINE_MS, path, query, respond } from '../api.ts'
import { parseServerTiming, type ServerTiming } from '../server-timing.ts'

/** All that came of one synchronous invocation. */
export interface Called {
  status: number
  /** As the browser saw it, the network included. */
  elapsedMs: number
  headers: [string, string][]
  /** What the handler answered; undefined where it failed. */
  result?: string
  functionError?: { errorType: string; errorMessage: string; trace?: string[] }
  message?: string
  timing?: ServerTiming
  invocationId?: string
}

/** What is called: the current state, unless a version or an alias is named. */
export interface Target {
  name: string
  qualifier?: string | undefined
}

/** Calls the function with that text as event. Throws ApiError where it did not come to run. */
export async function invoke(target: Target, text: string): Promise<Called> {
  const started = performance.now()
  const response = await respond(`POST ${routeOf(target)}`, {
    body: text,
    headers: { 'content-type': 'application/json' },
    deadlineMs: INVOKE_DEADLINE_MS,
  })
  const body = await response.text()
  const elapsedMs = performance.now() - started
  const invocationId = response.headers.get('x-invocation-id')
  const timing = parseServerTiming(response.headers.get('server-timing'))
  if (!response.ok && invocationId === null) throw errorOf(response, body)
  return {
    status: response.status,
    elapsedMs,
    headers: [...response.headers],
    ...(timing && { timing }),
    ...(invocationId !== null && { invocationId }),
    ...(response.ok ? { result: pretty(body) } : failure(body)),
  }
}

/** Calls it asynchronously. Throws ApiError. */
export function invokeLater(target: Target, text: string): Promise<{ id: string }> {
  return call(`POST ${routeOf(target)}`, {
    body: text,
    headers: { 'content-type': 'application/json', prefer: 'respond-async' },
  })
}

function routeOf({ name, qualifier }: Target): string {
  return path`/functions/${name}/invocations` + query({ qualifier })
}

function failure(body: string): Pick<Called, 'functionError' | 'message'> {
  const { error, functionError } = JSON.parse(body) as {
    error: { message: string }
    functionError?: Called['functionError']
  }
  return { message: error.message, ...(functionError && { functionError }) }
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
