import { Problem } from './problem.ts'
import type { ClientSettings } from './settings.ts'

/** Long enough to send 50 MB to a platform that unpacks them. */
const REQUEST_MS = 120_000

export interface Answer {
  status: number
  /** The JSON of the body, `undefined` where there is none. */
  body: unknown
}

/** Calls the platform's REST API and turns its refusals into problems with a remedy. */
export class Client {
  readonly url: string
  readonly #headers: Record<string, string>

  constructor(settings: ClientSettings) {
    this.url = settings.url
    this.#headers = settings.apiKey ? { authorization: `Bearer ${settings.apiKey}` } : {}
  }

  /** Resolves with an answer below 400, or with one whose status is `expected`; throws Problem. */
  async send(route: string, body?: unknown, expected?: number): Promise<Answer> {
    const [method = 'GET', path = '/'] = route.split(' ')
    const request: RequestInit = {
      method,
      headers: { ...this.#headers },
      signal: AbortSignal.timeout(REQUEST_MS),
    }
    if (body !== undefined) {
      request.headers = { ...this.#headers, 'content-type': 'application/json' }
      request.body = JSON.stringify(body)
    }
    const answer = await this.#answerOf(path, request)
    if (answer.status < 400 || answer.status === expected) return answer
    throw refusal(route, answer)
  }

  async #answerOf(path: string, request: RequestInit): Promise<Answer> {
    try {
      const response = await fetch(this.url + path, request)
      return { status: response.status, body: parsed(await response.text()) }
    } catch (cause) {
      throw new Problem(
        `The platform at ${this.url} cannot be reached: ${reasonOf(cause)}`,
        'Start it with "npm start", or set HEARTH_URL to where it listens.',
        { cause },
      )
    }
  }
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    // Not the platform's: a proxy's page, say. The refusal quotes it.
    return text
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  // A name with several addresses fails with an AggregateError, whose own message is empty.
  return cause.message || ('code' in cause ? String(cause.code) : error.message)
}

interface ErrorBody {
  error?: { code?: string; message?: string; remedy?: string; requestId?: string }
}

function refusal(route: string, { status, body }: Answer): Problem {
  const { error } = (typeof body === 'object' && body !== null ? body : {}) as ErrorBody
  const what = error?.message ?? String(body ?? '').slice(0, 500)
  const request = error?.requestId ? ` (request ${error.requestId})` : ''
  return new Problem(
    `${route} was answered with ${status}: ${what}${request}`,
    error?.remedy ?? 'Check that HEARTH_URL names a platform of the same version.',
  )
}
