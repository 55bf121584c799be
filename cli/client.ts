import createClient from 'openapi-fetch'
import type { paths } from '../api/types.ts'
import { EXIT, Problem } from './problem.ts'
import type { ClientSettings } from './settings.ts'

/** Long enough to send 50 MB to a platform that unpacks them; fetch itself gives up a little later. */
const REQUEST_MS = 290_000

/**
 * Calls the platform's REST API and turns its refusals into problems with a remedy. `api` is typed by
 * its OpenAPI document; `data` of what it answers is there unless the status was allowed to be a refusal.
 */
export class Client {
  readonly url: string
  readonly api: ReturnType<typeof createClient<paths>>
  readonly #headers: Record<string, string>

  constructor({ url, apiKey }: ClientSettings) {
    this.url = url
    this.#headers = apiKey ? { authorization: `Bearer ${apiKey}` } : {}
    this.api = createClient<paths>({ baseUrl: url, ...this.allowing() })
  }

  /** For one request: these refusals are answers like others. */
  readonly allowing = (...statuses: number[]) => ({
    fetch: (request: Request) => this.#send(request, statuses),
  })

  /** A request whose bodies are no JSON of the document. Throws Problem. */
  readonly raw = async (
    path: string,
    init: RequestInit = {},
    allowed: readonly number[] = [],
  ): Promise<Response> => {
    return await this.#send(new Request(this.url + path, init), allowed)
  }

  async #send(request: Request, allowed: readonly number[]): Promise<Response> {
    for (const [name, value] of Object.entries(this.#headers)) request.headers.set(name, value)
    const response = await this.#answerTo(request)
    if (response.status < 400 || allowed.includes(response.status)) return response
    throw refusal(request, response.status, await response.text())
  }

  async #answerTo(request: Request): Promise<Response> {
    try {
      // What is followed live has a signal of its caller's alone.
      const signal = /\/live(?:\?|$)/.test(request.url)
        ? request.signal
        : AbortSignal.any([request.signal, AbortSignal.timeout(REQUEST_MS)])
      return await fetch(request, { signal })
    } catch (cause) {
      if (request.signal.aborted) throw cause
      if ((cause as Error).name === 'TimeoutError') throw late(request)
      throw new Problem(
        `The platform at ${this.url} cannot be reached: ${reasonOf(cause)}`,
        'Start it with "npm start", or set HEARTH_URL to where it listens.',
        { cause, exitCode: EXIT.unreachable },
      )
    }
  }
}

/** What was answered; an answer that is no refusal has it. */
export function answered<T>({ data }: { data?: T }): T {
  return data as T
}

/** Characters that a name or an id in a path may not have as they are. */
export function inPath(part: string): string {
  return encodeURIComponent(part)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  // A name with several addresses fails with an AggregateError, whose own message is empty.
  return cause.message || ('code' in cause ? String(cause.code) : error.message)
}

function late({ method, url }: Request): Problem {
  return new Problem(
    `${method} ${new URL(url).pathname} was not answered within ${REQUEST_MS / 1000} s`,
    'See what the platform does with "hearth doctor"; what takes so long is invoked with --async.',
  )
}

interface ErrorBody {
  error?: { code?: string; message?: string; remedy?: string; requestId?: string }
}

function refusal({ method, url }: Request, status: number, text: string): Problem {
  const { error } = parsed(text)
  const { origin, pathname, search } = new URL(url)
  const route = `${method} ${pathname}${search}`
  if (error?.code === 'RouteNotFound') {
    return new Problem(
      `The platform at ${origin} does not offer ${method} ${pathname}`,
      'It is of another version than this command line: update it, and start it again.',
    )
  }
  const what = error?.message ?? (text.slice(0, 500) || 'It was refused')
  const request = error?.requestId ? `, request ${error.requestId}` : ''
  return new Problem(
    `${what} (${route}: ${status}${request})`,
    error?.remedy ?? 'Check that HEARTH_URL names a platform of the same version.',
  )
}

function parsed(text: string): ErrorBody {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as ErrorBody) : {}
  } catch {
    // Not the platform's: a proxy's page, say. The refusal quotes it.
    return {}
  }
}
