/** One request, as a line of the "combined" log format of nginx and Apache tells it. */
export interface LoggedRequest {
  client: string
  time: Date
  /** Without the query; the raw text where a client sent no HTTP. */
  path: string
  status: number
  bytes: number
  agent: string
}

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`
const COMBINED = new RegExp(
  String.raw`^(\S+) \S+ \S+ \[([^\]]+)\] ${QUOTED} (\d{3}) (\d+|-)(?: ${QUOTED} ${QUOTED})?`,
)
const TIME = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

/** Characters of a line, and of a path or agent; what is longer is cut, so that memory is bounded. */
const LINE_MAX = 64 * 1024
const VALUE_MAX = 256

/** `undefined` where the line is not of the combined format. */
export function parseLine(line: string): LoggedRequest | undefined {
  const match = COMBINED.exec(line)
  if (!match) return undefined
  const [, client = '', timeText = '', request = '', status, bytes, , agent = '-'] = match
  const time = parseTime(timeText)
  if (!time) return undefined
  const target = /^[A-Z]+ (\S+)/.exec(request)?.[1]
  return {
    client: client.slice(0, VALUE_MAX),
    time,
    path: (target?.split('?', 1)[0] ?? (request || '(empty request)')).slice(0, VALUE_MAX),
    status: Number(status),
    bytes: bytes === '-' ? 0 : Number(bytes),
    agent: agent.slice(0, VALUE_MAX),
  }
}

function parseTime(text: string): Date | undefined {
  const [, day, month = '', year, clock, hours, minutes] = TIME.exec(text) ?? []
  const position = MONTHS.indexOf(month)
  if (!day || position < 0) return undefined
  const monthNumber = String(position / 3 + 1).padStart(2, '0')
  const time = new Date(`${year}-${monthNumber}-${day}T${clock}${hours}:${minutes}`)
  return Number.isNaN(time.getTime()) ? undefined : time
}

/** Splits what arrives piece by piece into lines, and holds no more than the line it is in. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = (lines.pop() ?? '').slice(0, LINE_MAX)
    yield* lines
  }
  rest += decoder.decode()
  if (rest) yield rest
}
