import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import type { LogLine } from '../../api/shapes.ts'
import { inPath } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { logText } from '../log-text.ts'
import { EXIT, misuse, Problem } from '../problem.ts'
import { sampleEvent } from '../samples.ts'

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
  const response = await context.client.raw(
    route,
    { method: 'POST', body: event, headers },
    [502, 504],
  )
  const body = await response.text()
  if (options.async) accepted(context, body)
  else await ended(context, { name, response, body, showsLog: options.log })
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
    throw misuse(
      `${from} is not JSON: ${(cause as Error).message}`,
      `Quote it for the shell: '{"name":"Ada"}'`,
    )
  }
  return event
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

function accepted({ screen }: Context, body: string): void {
  const { id, state } = JSON.parse(body) as { id: string; state?: string }
  screen.result({ id, state }, () => [id])
  screen.hint(`Queued; see "hearth runs get ${id}"`)
}

interface Ended {
  name: string
  response: Response
  body: string
  showsLog: boolean
}

async function ended(context: Context, { name, response, body, showsLog }: Ended): Promise<void> {
  const { screen } = context
  const id = response.headers.get('x-invocation-id') ?? undefined
  const failure = response.ok ? undefined : failureOf(body)
  const log = showsLog && id !== undefined ? await logOf(context, name, id) : []
  if (screen.json) {
    const timing = response.headers.get('server-timing') ?? undefined
    const outcome = failure ? { error: failure } : { result: JSON.parse(body || 'null') }
    screen.result({ id, ...outcome, timing, log }, () => [])
  } else {
    for (const line of log) screen.note(logText(line))
    if (failure) screen.print(JSON.stringify(failure))
    else screen.printBody(Buffer.from(body), { isText: true })
  }
  if (!failure) return
  throw new Problem(
    `${name} failed: ${failure.errorType}: ${failure.errorMessage}`,
    id ? `All that is known of it: hearth runs get ${id}` : 'See its log.',
    { exitCode: EXIT.functionFailed },
  )
}

interface Failure {
  errorType: string
  errorMessage: string
  trace?: string[]
}

/** What the function ended with. Throws Problem where it was the platform that failed. */
function failureOf(body: string): Failure {
  const { error, functionError } = JSON.parse(body) as {
    error?: { message: string; remedy: string }
    functionError?: Failure
  }
  if (functionError) return functionError
  throw new Problem(error?.message ?? body, error?.remedy ?? 'Try again.')
}

/** The lines that one invocation has written; what is not kept in time is left out. */
async function logOf({ client }: Context, name: string, invocation: string): Promise<LogLine[]> {
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
