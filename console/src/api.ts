const DEADLINE_MS = 30_000
/** An invocation may take Lambda's 900 s, and its sandbox a while to be had. */
export const INVOKE_DEADLINE_MS = 960_000

/** Heard by the page: whoever was signed in is not any more. */
export const SIGNED_OUT = 'hearth-signed-out'

/** Thrown when the platform refuses or cannot be reached; says what to do about it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** 0: no answer came. */
  readonly status: number
  readonly code: string
  readonly remedy: string
  readonly requestId: string

  constructor(
    status: number,
    about: Partial<Pick<ApiError, 'code' | 'message' | 'remedy' | 'requestId'>>,
  ) {
    super(about.message ?? `The platform answered ${status}`)
    this.status = status
    this.code = about.code ?? 'Unknown'
    this.remedy = about.remedy ?? ''
    this.requestId = about.requestId ?? ''
  }

  /** A route that this platform does not have, which is not the same as a thing that is not there. */
  get isNotOffered(): boolean {
    return this.code === 'RouteNotFound'
  }
}

export interface Answer {
  status: number
  headers: Headers
  text: string
}

export interface Sent {
  json?: unknown
  body?: BodyInit
  headers?: Record<string, string>
  /** Of the whole answer; Infinity for a stream. */
  deadlineMs?: number
  /** Ends the request. */
  signal?: AbortSignal
  /** A status that is no error here, unless its body says that it is one. */
  accepts?: number | undefined
}

/** A path of the API; what is put in is escaped. */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return parts.reduce(
    (before, part, index) => `${before}${encodeURIComponent(values[index - 1] ?? '')}${part}`,
  )
}

/** `?a=b` of what has a value. */
export function query(fields: Record<string, string | number | undefined>): string {
  const set = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  return set.length === 0 ? '' : `?${new URLSearchParams(set)}`
}

/** `GET /functions`, with what the API answered as JSON. Throws ApiError. */
export async function call<T>(route: string, sent: Sent = {}): Promise<T> {
  const { text, headers } = await send(route, sent)
  const isJson = /json/.test(headers.get('content-type') ?? '')
  return (isJson && text !== '' ? JSON.parse(text) : undefined) as T
}

/** The same, as it was answered. Throws ApiError for what is no success. */
export async function send(route: string, sent: Sent = {}): Promise<Answer> {
  const response = await respond(route, sent)
  const text = await response.text()
  if (!response.ok && !(response.status === sent.accepts && !isError(text)))
    throw errorOf(response, text)
  return { status: response.status, headers: response.headers, text }
}

/** The answer, whatever its status. Throws ApiError where none comes. */
export async function respond(route: string, sent: Sent = {}): Promise<Response> {
  const [method = 'GET', url = '/'] = route.split(' ')
  const { json, headers, deadlineMs = DEADLINE_MS } = sent
  const body = json === undefined ? sent.body : JSON.stringify(json)
  try {
    const response = await fetch(url, {
      method,
      headers: {
        'x-hearth-console': '1',
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.any([...deadline(deadlineMs), ...(sent.signal ? [sent.signal] : [])]),
    })
    if (response.status === 401) window.dispatchEvent(new Event(SIGNED_OUT))
    return response
  } catch (cause) {
    const isLate = cause instanceof DOMException && cause.name === 'TimeoutError'
    throw new ApiError(0, {
      code: 'NoAnswer',
      message: isLate
        ? `No answer within ${deadlineMs / 1000} s`
        : 'The platform cannot be reached',
      remedy: 'Check that it runs: "npm start", or "docker compose ps".',
    })
  }
}

function deadline(ms: number): AbortSignal[] {
  return ms === Number.POSITIVE_INFINITY ? [] : [AbortSignal.timeout(ms)]
}

function isError(text: string): boolean {
  try {
    return 'error' in JSON.parse(text)
  } catch {
    return true
  }
}

/** What an answer that is no success says; Lambda's face has another shape. */
export function errorOf(response: Response, text: string): ApiError {
  try {
    const body = JSON.parse(text) as {
      error?: Partial<ApiError>
      Message?: string
      message?: string
    }
    const message = body.Message ?? body.message
    return new ApiError(response.status, body.error ?? (message === undefined ? {} : { message }))
  } catch {
    return new ApiError(response.status, { message: `The platform answered ${response.status}` })
  }
}
