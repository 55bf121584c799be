import type { Readable } from 'node:stream'

/** A longer line is cut into pieces: CloudWatch's event is as large. */
const LINE_BYTES_MAX = 256 * 1024
/** What one invocation may log; the rest is dropped, and a line says so. */
const INVOCATION_BYTES_MAX = 1024 * 1024
/** Past that limit one piece of a pipe is read per so many milliseconds: a flood costs no CPU. */
const FLOOD_PAUSE_MS = 5
/** How long a flooded pipe is emptied before the next invocation may write into it. */
const FLOOD_SETTLE_MS = 20
/** Enough to see why a dying Node process died. */
const TAIL_BYTES = 8192

const NEWLINE = 10
const CUT_MARK = `[the log of this invocation was cut after ${INVOCATION_BYTES_MAX} bytes]`

export interface OutputListener {
  /** One line without its end. */
  line(text: string): void
}

/**
 * Cuts what a sandbox writes to its standard streams into lines, and bounds it. The listener is
 * called in the order in which the pipes are read; lines of the two are not ordered among themselves.
 */
export class Output {
  readonly #listener: OutputListener
  readonly #streams: Readable[]
  readonly #stderr: Readable
  readonly #partial = new Map<Readable, { pieces: Buffer[]; bytes: number }>()
  readonly #ended: Promise<unknown>
  #written = 0
  #settling = false
  #tail = ''

  constructor(streams: { stdout: Readable; stderr: Readable }, listener: OutputListener) {
    this.#listener = listener
    this.#streams = [streams.stdout, streams.stderr]
    this.#stderr = streams.stderr
    this.#ended = Promise.all(this.#streams.map((stream) => this.#read(stream)))
  }

  /** The last of what was written to stderr, for telling V8's own out of memory from other ends. */
  get tail(): string {
    return this.#tail
  }

  get isFlooded(): boolean {
    return this.#written > INVOCATION_BYTES_MAX
  }

  /** A new invocation has a new allowance. */
  begin(): void {
    this.#written = 0
  }

  /** Gives out what has no line end yet: the invocation that wrote it is over. */
  flush(): void {
    if (this.#partial.size === 0) return
    for (const stream of this.#streams) this.#flushOne(stream)
  }

  /** Resolves when a flooded pipe has been emptied of what belongs to the past invocation. */
  async settle(): Promise<void> {
    this.#settling = true
    for (const stream of this.#streams) stream.resume()
    await new Promise((resolve) => setTimeout(resolve, FLOOD_SETTLE_MS))
    this.#settling = false
    this.#partial.clear()
  }

  /** Resolves when every writer has gone and all is read, or after `ms`. */
  async end(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    await Promise.race([this.#ended, promise])
    clearTimeout(timer)
    this.flush()
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy()
  }

  #read(stream: Readable): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    stream.on('data', (chunk: Buffer) => this.#take(stream, chunk))
    stream.on('error', () => undefined) // Followed by 'close'.
    stream.on('close', resolve)
    stream.on('end', resolve)
    return promise
  }

  #take(stream: Readable, chunk: Buffer): void {
    if (stream === this.#stderr) this.#keepTail(chunk)
    if (this.isFlooded) {
      if (!this.#settling) pauseFor(stream, FLOOD_PAUSE_MS)
      return
    }
    this.#written += chunk.length
    this.#cut(stream, chunk)
    if (this.isFlooded) this.#listener.line(CUT_MARK)
  }

  #keepTail(chunk: Buffer): void {
    const text = chunk.toString('latin1', Math.max(0, chunk.length - TAIL_BYTES))
    this.#tail = (this.#tail + text).slice(-TAIL_BYTES)
  }

  #cut(stream: Readable, chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#give(stream, chunk.subarray(start, end))
      start = end + 1
    }
    if (start < chunk.length) this.#keep(stream, chunk.subarray(start))
  }

  #keep(stream: Readable, piece: Buffer): void {
    const partial = this.#partial.get(stream) ?? { pieces: [], bytes: 0 }
    partial.pieces.push(piece)
    partial.bytes += piece.length
    this.#partial.set(stream, partial)
    if (partial.bytes >= LINE_BYTES_MAX) this.#flushOne(stream)
  }

  #give(stream: Readable, end: Buffer): void {
    const partial = this.#partial.get(stream)
    this.#partial.delete(stream)
    const line = partial ? Buffer.concat([...partial.pieces, end]) : end
    for (let start = 0; start === 0 || start < line.length; start += LINE_BYTES_MAX) {
      this.#listener.line(asText(line.subarray(start, start + LINE_BYTES_MAX)))
    }
  }

  #flushOne(stream: Readable): void {
    if (this.#partial.has(stream)) this.#give(stream, Buffer.alloc(0))
  }
}

/** Within a record of the console, line ends are carriage returns on the way, so that it stays one record. */
function asText(line: Buffer): string {
  const text = line.toString('utf8')
  return text.includes('\r') ? text.replace(/\r$/, '').replaceAll('\r', '\n') : text
}

function pauseFor(stream: Readable, ms: number): void {
  stream.pause()
  const timer = setTimeout(() => stream.resume(), ms)
  timer.unref()
}
