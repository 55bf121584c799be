import type { LogEntry } from '../../core/logs/log-line.ts'

/** What Lambda sends back of an invocation's log: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const TAIL_BYTES = 4096
const FIRST_BYTE_MASK = 0b1100_0000
const CONTINUATION = 0b1000_0000

/** The last lines of one invocation, for a caller who wants them with the answer. */
export class LogTail {
  #text = ''

  add(text: LogEntry['text']): void {
    const line = typeof text === 'string' ? text : text()
    this.#text = `${this.#text}${line}\n`.slice(-TAIL_BYTES)
  }

  /** At most 4 KB; does not begin within a character. */
  toString(): string {
    const bytes = Buffer.from(this.#text)
    let start = Math.max(0, bytes.length - TAIL_BYTES)
    while (((bytes[start] ?? 0) & FIRST_BYTE_MASK) === CONTINUATION) start += 1
    return bytes.toString('utf8', start)
  }
}
