import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import { HearthError } from '../errors.ts'

/**
 * An event in the JSON format of CloudEvents 1.0, which is what patterns are matched against and
 * what a handler gets, in whatever mode it was sent.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export interface CloudEvent {
  specversion: '1.0'
  id: string
  source: string
  type: string
  [attribute: string]: unknown
}

export interface EventMessage {
  headers: IncomingHttpHeaders
  body: Buffer
}

const BATCH_MAX = 1000

/**
 * Reads a request in structured, batched or binary mode, as its content type says. `parseJson`
 * throws for what is no JSON. Throws InvalidRequest with every mistake, and takes a batch whole or
 * not at all.
 */
export function readCloudEvents(
  message: EventMessage,
  parseJson: (body: Buffer) => unknown,
): CloudEvent[] {
  const contentType = mediaType(message.headers['content-type'])
  if (contentType === 'application/cloudevents+json') return [checked(parseJson(message.body), '')]
  if (contentType === 'application/cloudevents-batch+json') return batch(parseJson(message.body))
  if (contentType.startsWith('application/cloudevents')) {
    throw new HearthError('UnsupportedMediaType', { contentType })
  }
  if (message.headers['ce-specversion'] === undefined) {
    throw invalid([
      'it has neither a header "ce-specversion" nor the content type application/cloudevents+json',
    ])
  }
  return [checked(fromHeaders(message, parseJson), '')]
}

function batch(value: unknown): CloudEvent[] {
  if (!Array.isArray(value)) throw invalid(['a batch must be an array of events'])
  if (value.length > BATCH_MAX) throw invalid([`a batch has at most ${BATCH_MAX} events`])
  return value.map((event, index) => checked(event, `event ${index}: `))
}

function checked(value: unknown, place: string): CloudEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid([`${place}it must be a JSON object`])
  }
  // In JSON an attribute that is null is one that is not set.
  const set = Object.entries(value).filter(([name, one]) => one !== null || name === 'data')
  const mistakes = [...missingOf(new Set(set.map(([name]) => name)))]
  for (const [name, one] of set) {
    const mistake = mistakeOf(name, one)
    if (mistake) mistakes.push(`"${name.slice(0, 50)}" ${mistake}`)
  }
  if (Object.hasOwn(value, 'data') && Object.hasOwn(value, 'data_base64')) {
    mistakes.push('"data" and "data_base64" exclude each other')
  }
  if (mistakes.length > 0) throw invalid(mistakes.map((mistake) => place + mistake))
  return Object.fromEntries(set) as CloudEvent
}

function* missingOf(names: ReadonlySet<string>): Generator<string> {
  for (const name of ['specversion', 'id', 'source', 'type']) {
    if (!names.has(name)) yield `"${name}" is missing`
  }
}

/** Of RFC 3986, no more than which characters it can have. */
const URI_CHARACTERS = /^[\w!#$%&'()*+,\-./:;=?@[\]~]+$/
const SCHEME = /^[a-z][a-z0-9+.-]*:/i
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(;.*)?$/
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const ATTRIBUTE_NAME = /^[a-z0-9]+$/
const INTEGER_MAX = 2 ** 31

type Rule = (value: string) => string | undefined
const RULES: Record<string, Rule> = {
  specversion: (value) => (value === '1.0' ? undefined : 'must be "1.0"'),
  id: () => undefined,
  source: (value) => (URI_CHARACTERS.test(value) ? undefined : 'must be a URI reference'),
  type: () => undefined,
  subject: () => undefined,
  datacontenttype: (value) => (MEDIA_TYPE.test(value) ? undefined : 'must be a media type'),
  dataschema: (value) =>
    URI_CHARACTERS.test(value) && SCHEME.test(value) ? undefined : 'must be an absolute URI',
  time: (value) =>
    TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value))
      ? undefined
      : 'must be a time as 2026-01-31T12:00:00Z',
}

function mistakeOf(name: string, value: unknown): string | undefined {
  if (name === 'data') return undefined
  if (name === 'data_base64') {
    const isBase64 = typeof value === 'string' && value.length % 4 === 0 && BASE64.test(value)
    return isBase64 ? undefined : 'must be base64'
  }
  if (!ATTRIBUTE_NAME.test(name)) return 'is no name of an attribute: a to z and 0 to 9 only'
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined
  if (rule) {
    if (typeof value !== 'string' || value === '') return 'must be a string that is not empty'
    return rule(value)
  }
  if (typeof value === 'string' || typeof value === 'boolean') return undefined
  const isInteger =
    Number.isInteger(value) && Number(value) >= -INTEGER_MAX && Number(value) < INTEGER_MAX
  return isInteger ? undefined : 'must be a string, a boolean or a whole number of 32 bits'
}

/** Binary mode: attributes are `ce-` headers, percent-encoded; the body is the data. */
function fromHeaders(message: EventMessage, parseJson: (body: Buffer) => unknown): object {
  const { headers, body } = message
  const attributes = Object.entries(headers).flatMap(([header, value]) =>
    header.startsWith('ce-') && typeof value === 'string'
      ? [[header.slice('ce-'.length), decoded(header, value)]]
      : [],
  )
  const contentType = headers['content-type']
  const event = Object.fromEntries(attributes)
  if (contentType !== undefined) event.datacontenttype = contentType
  if (body.length === 0) return event
  const type = mediaType(contentType)
  if (type === '' || type === 'application/json' || type.endsWith('+json')) {
    return { ...event, data: parseJson(body) }
  }
  if (isText(type) && isUtf8(body)) return { ...event, data: body.toString() }
  return { ...event, data_base64: body.toString('base64') }
}

function decoded(header: string, value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    // URIError, the only one that decoding throws, says nothing but this.
    throw invalid([`header "${header.slice(0, 50)}" is not percent-encoded`])
  }
}

function isText(type: string): boolean {
  return type.startsWith('text/') || type === 'application/xml' || type.endsWith('+xml')
}

function mediaType(header = ''): string {
  return (header.split(';', 1)[0] ?? '').trim().toLowerCase()
}

function invalid(mistakes: readonly string[]): HearthError {
  const shown = mistakes.slice(0, 20).join('; ')
  return new HearthError('InvalidRequest', { reason: shown })
}
