import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import type { LogLine } from '../../api/shapes.ts'
import { type Client, inPath, type RawAnswer, Refusal } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { logText } from '../log-text.ts'
import { EXIT, misuse, Problem, problemOf } from '../problem.ts'
import { sampleEvent } from '../samples.ts'
import type { Screen } from '../screen.ts'

/** The lines of an invocation are kept a moment after its answer. */
const LOG_MS = 3000
const LOG_LOOK_MS = 40

interface InvokeOptions {
  file?: string
  sample?: string
  qualifier?: string
  async?: boolean
  idempotencyKey?: string
  log: boolean
}

export async function invoke(context: Context, given: Given<InvokeOptions>): Promise<void> {
  const [name = '', argument] = given.words
  const { options } = given
  if (options.idempotencyKey !== undefined && !options.async) {
    throw misuse('--idempotency-key is for what is queued', 'Add --async.')
  }
  const event = await eventOf(argument, options)
  const query = options.qualifier ? `?qualifier=${inPath(options.qualifier)}` : ''
  const route = `/functions/${inPath(name)}/invocations${query}`
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (options.async) headers.prefer = 'respond-async'
  if (options.idempotencyKey) headers['idempotency-key'] = options.idempotencyKey
  const request = { method: 'POST', url: context.client.url + route }
  const answer = await context.client.raw(
    route,
    { method: request.method, body: event, headers },
    { allowed: [502, 504] },
  )
  const failure = answer.status < 400 ? undefined : failureOf(answer)
  if (answer.status >= 400 && !failure) throw new Refusal(request, answer)
  if (options.async) accepted(context, answer)
  else await ended(context, { name, answer, failure, showsLog: options.log })
}

/** The event as text: from the argument, a file, standard input, or a sample; `{}` if nothing is given. */
async function eventOf(argument: string | undefined, options: InvokeOptions): Promise<string> {
  const { file, sample } = options
  if ([argument, file, sample].filter((one) => one !== undefined).length > 1) {
    throw misuse('The event was given twice', 'Give an argument, --file or --sample.')
  }
  if (sample !== undefined) return JSON.stringify(sampleEvent(sample))
  const [event, from] = await read(argument, file)
  if (event.trim() === '') return '{}'
  try {
    JSON.parse(event)
  } catch (cause) {
    throw misuse(`${from} is not JSON: ${(cause as Error).message}`, remedyOf(argument))
  }
  return event
}

/** Of an argument that is no JSON: the name of a file, as curl takes it, is meant now and then. */
function remedyOf(argument = ''): string {
  const file = argument.replace(/^@/, '')
  return existsSync(file)
    ? `${file} is a file: read it with --file ${file}`
    : `Quote it for the shell: '{"name":"Ada"}'`
}

async function read(argument?: string, file?: string): Promise<[event: string, from: string]> {
  if (argument !== undefined && argument !== '-') return [argument, 'The event']
  if (file !== undefined && file !== '-') {
    try {
      return [await readFile(file, 'utf8'), file]
    } catch (cause) {
      throw misuse(`${file} cannot be read: ${(cause as Error).message}`, 'Name a file with JSON.')
    }
  }
  return argument === '-' || file === '-' ? [await text(process.stdin), 'Standard input'] : ['', '']
}

function accepted({ screen, client }: Context, { body }: RawAnswer): void {
  const { id, state } = (parsed(body) ?? {}) as { id?: string; state?: string }
  if (id === undefined) throw foreign(client)
  screen.result({ id, state }, () => [id])
  screen.hint(`Queued; see "hearth runs get ${id}"`)
}

interface Ended {
  name: string
  answer: RawAnswer
  failure: Failure | undefined
  showsLog: boolean
}

async function ended(context: Context, { name, answer, failure, showsLog }: Ended): Promise<void> {
  const { screen, client } = context
  const id = answer.headers.get('x-invocation-id')
  if (id === null) throw foreign(client)
  // First the result: the function has run, whether its log can be read or not.
  if (!screen.json) printResult(screen, answer, failure)
  const log = showsLog ? await logOf(context, name, id) : []
  if (screen.json) {
    const timing = answer.headers.get('server-timing') ?? undefined
    const outcome = failure ? { error: failure } : { result: resultOf(answer) }
    screen.result({ id, ...outcome, timing, log }, () => [])
  } else for (const line of log) screen.note(logText(line))
  if (!failure) return
  throw new Problem(
    `${name} failed: ${failure.errorType}: ${failure.errorMessage}`,
    `All that is known of it: hearth runs get ${id}`,
    { exitCode: EXIT.functionFailed },
  )
}

/** Octets of a stream are written as they are, JSON as a line. */
function printResult(screen: Screen, { body, headers }: RawAnswer, failure?: Failure): void {
  if (failure) screen.print(JSON.stringify(failure))
  else screen.printBody(body, { isText: isJson(headers) })
}

/** A stream of a content type of its own is no JSON: its text. */
function resultOf({ body, headers }: RawAnswer): unknown {
  if (body.length === 0) return null
  return isJson(headers) ? JSON.parse(body.toString()) : body.toString()
}

function isJson(headers: Headers): boolean {
  return headers.get('content-type')?.startsWith('application/json') ?? false
}

function foreign({ url }: Client): Problem {
  return new Problem(
    `What answers at ${url} is no Hearth: it names no invocation`,
    'Set HEARTH_URL, or --url, to where the platform listens.',
  )
}

interface Failure {
  errorType: string
  errorMessage: string
  trace?: string[]
}

/** What the function ended with; nothing where it was the platform that failed, or what stands before it. */
function failureOf({ body }: RawAnswer): Failure | undefined {
  return (parsed(body) as { functionError?: Failure } | undefined)?.functionError
}

/** The object that a body holds as JSON, if it holds one. */
function parsed(body: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** The lines that one invocation has written; what is not kept in time, or cannot be read, is left out. */
async function logOf(context: Context, name: string, invocation: string): Promise<LogLine[]> {
  try {
    return await linesOf(context.client, name, invocation)
  } catch (error) {
    context.screen.note(`Its log could not be read: ${problemOf(error).message}`)
    return []
  }
}

async function linesOf(client: Client, name: string, invocation: string): Promise<LogLine[]> {
  const deadline = Date.now() + LOG_MS
  const params = { path: { name }, query: { invocation, limit: 1000 } }
  for (;;) {
    const answer = await client.api.GET('/functions/{name}/logs', {
      params,
      ...client.allowing(404),
    })
    const lines = answer.data?.lines ?? []
    if (lines.some(({ text: line }) => line.startsWith('REPORT')) || Date.now() > deadline)
      return lines
    await wait(LOG_LOOK_MS)
  }
}
