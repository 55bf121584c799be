import createClient from 'openapi-fetch'
import type { paths } from '../api/types.ts'
import { EXIT, Problem } from './problem.ts'
import { REMEDIES } from './remedies.ts'
import type { ClientSettings } from './settings.ts'

/** Long enough to send 50 MB to a platform that unpacks them; fetch itself gives up a little later. */
const REQUEST_MS = 290_000
/** Whether it is there is answered out of memory. */
const ALIVE_MS = 5000

/** An answer with its whole body. */
export interface RawAnswer {
  status: number
  headers: Headers
  body: Buffer
}

interface RawOptions {
  /** These refusals are answers like others. */
  allowed?: readonly number[]
  timeoutMs?: number
}

/** A request that the platform, or what stands before it, has refused. */
export class Refusal extends Problem {
  readonly status: number
  /** When it may be tried again, where the answer says so. */
  readonly retryAfterMs: number | undefined

  constructor({ method, url }: Pick<Request, 'method' | 'url'>, answer: RawAnswer) {
    const text = answer.body.toString()
    const { error } = parsed(text)
    const { pathname, search } = new URL(url)
    const what = error?.message ?? (text.slice(0, 500) || 'It was refused')
    const where = error?.requestId
      ? `${answer.status}, request ${error.requestId}`
      : `${method} ${pathname}${search}: ${answer.status}`
    super(
      `${what} (${where})`,
      REMEDIES[error?.code ?? ''] ??
        error?.remedy ??
        'Check that HEARTH_URL names the platform, and see its log.',
    )
    this.status = answer.status
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
    this.retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined
  }
}

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
  readonly allowing = (...allowed: number[]) => ({
    fetch: (request: Request) => this.#json(request, allowed),
  })

  /** A request whose bodies are no JSON of the document. Throws Problem. */
  async raw(path: string, init: RequestInit = {}, options: RawOptions = {}): Promise<RawAnswer> {
    return await this.#whole(new Request(this.url + path, init), options)
  }

  /** Whether the platform is there, told at once. Throws Problem. */
  async alive(): Promise<RawAnswer> {
    return await this.raw('/health/live', {}, { timeoutMs: ALIVE_MS })
  }

  /** An answer whose body has no end, and is read until the signal. Throws Problem. */
  async stream(path: string, init: RequestInit & { signal: AbortSignal }): Promise<Response> {
    const request = this.#signed(new Request(this.url + path, init))
    const response = await this.#reaching(request, () => fetch(request))
    if (response.ok) return response
    throw new Refusal(request, await this.#reaching(request, () => wholeOf(response)))
  }

  async #json(request: Request, allowed: readonly number[]): Promise<Response> {
    const { status, headers, body } = await this.#whole(request, { allowed })
    const type = headers.get('content-type') ?? 'of no type'
    if (body.length > 0 && !/^application\/(?:[\w.-]+\+)?json\b/.test(type)) {
      throw new Problem(
        `What answers at ${this.url} is no Hearth: ${request.method} ${new URL(request.url).pathname} got ${type}`,
        'Set HEARTH_URL, or --url, to where the platform listens.',
      )
    }
    return new Response(body.length > 0 ? new Uint8Array(body) : null, { status, headers })
  }

  async #whole(
    request: Request,
    { allowed = [], timeoutMs = REQUEST_MS }: RawOptions,
  ): Promise<RawAnswer> {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)])
    const answer = await this.#reaching(this.#signed(request), async () =>
      wholeOf(await fetch(request, { signal })),
    ).catch((error: unknown) => {
      throw (error as Error).name === 'TimeoutError' ? late(request, timeoutMs) : error
    })
    if (answer.status < 400 || allowed.includes(answer.status)) return answer
    throw new Refusal(request, answer)
  }

  #signed(request: Request): Request {
    for (const [name, value] of Object.entries(this.#headers)) request.headers.set(name, value)
    return request
  }

  /** What breaks on the way, also in the middle of an answer, is a platform that was not reached. */
  async #reaching<T>(request: Request, asking: () => Promise<T>): Promise<T> {
    try {
      return await asking()
    } catch (cause) {
      if (request.signal.aborted || (cause as Error).name === 'TimeoutError') throw cause
      throw new Problem(
        `The platform at ${this.url} cannot be reached: ${reasonOf(cause)}`,
        'Start it with "npm start", or set HEARTH_URL to where it listens.',
        { cause, exitCode: EXIT.unreachable },
      )
    }
  }
}

async function wholeOf(response: Response): Promise<RawAnswer> {
  const { status, headers } = response
  return { status, headers, body: Buffer.from(await response.arrayBuffer()) }
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

function late({ method, url }: Request, timeoutMs: number): Problem {
  return new Problem(
    `${method} ${new URL(url).pathname} was not answered within ${timeoutMs / 1000} s`,
    'See the log of the platform; what takes so long is invoked with --async.',
  )
}

interface ErrorBody {
  error?: { code?: string; message?: string; remedy?: string; requestId?: string }
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
