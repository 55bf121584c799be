import type { KeptLine, LogEntry } from './log-line.ts'
import type { LogPosition } from './log-position.ts'

/** Lines lie in Redis by chunks: one entry of a stream for each line would cost many times more. */
const CHUNK_LINES_MAX = 200
const CHUNK_CHARACTERS_MAX = 64 * 1024
/** A longer line is cut. */
const LINE_CHARACTERS_MAX = 16 * 1024
const NOTHING = -1

/** A line at its place. */
export interface PlacedLine extends KeptLine {
  position: LogPosition
}

/** Lines as they are written: texts that come again (ids, streams) are named by their index. */
interface Written {
  names: string[]
  lines: [timeMs: number, text: string, invocationId: number, stream: number][]
}

export interface EncodedChunk {
  count: number
  data: string
}

/** Makes the texts that are not made yet. */
export function encodeChunks(entries: readonly LogEntry[]): EncodedChunk[] {
  const chunks: EncodedChunk[] = []
  let open = new OpenChunk()
  for (const entry of entries) {
    open.add(entry)
    if (!open.isFull) continue
    chunks.push(open.encoded())
    open = new OpenChunk()
  }
  if (!open.isEmpty) chunks.push(open.encoded())
  return chunks
}

/** `last` is the position of its last line. */
export function decodeChunk(data: string, last: LogPosition): PlacedLine[] {
  const { names, lines }: Written = JSON.parse(data)
  const first = last.number - lines.length + 1
  return lines.map(([timeMs, text, invocationId, stream], index) => ({
    position: { epoch: last.epoch, number: first + index },
    timeMs,
    text,
    invocationId: names[invocationId],
    stream: names[stream],
  }))
}

class OpenChunk {
  readonly #written: Written = { names: [], lines: [] }
  readonly #indices = new Map<string, number>()
  #characters = 0

  get isEmpty(): boolean {
    return this.#written.lines.length === 0
  }

  get isFull(): boolean {
    return this.#written.lines.length >= CHUNK_LINES_MAX || this.#characters >= CHUNK_CHARACTERS_MAX
  }

  add({ timeMs, text, invocationId, stream }: LogEntry): void {
    const made = cut(typeof text === 'string' ? text : text())
    this.#characters += made.length
    this.#written.lines.push([timeMs, made, this.#index(invocationId), this.#index(stream)])
  }

  encoded(): EncodedChunk {
    return { count: this.#written.lines.length, data: JSON.stringify(this.#written) }
  }

  #index(name: string | undefined): number {
    if (name === undefined) return NOTHING
    let index = this.#indices.get(name)
    if (index === undefined) {
      index = this.#written.names.push(name) - 1
      this.#indices.set(name, index)
    }
    return index
  }
}

function cut(text: string): string {
  const { length } = text
  if (length <= LINE_CHARACTERS_MAX) return text
  return `${text.slice(0, LINE_CHARACTERS_MAX)} … (cut, ${length} characters)`
}
