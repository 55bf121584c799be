import { connect, type Socket } from 'node:net'

const HEAD_END = '\r\n\r\n'

/** Told of the status, and of the whole response as it came. */
export type Answered = (status: number, response: string) => void

/** A keep-alive connection with one request on it at a time: as little HTTP/1.1 as a generator needs. */
export class Connection {
  readonly #socket: Socket
  #received = ''
  #answered: Answered | undefined

  private constructor(socket: Socket, failed: (error: Error) => void) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#receive(text))
    socket.on('error', failed)
    socket.on('close', () => this.#answered && failed(new Error('The server closed a connection')))
  }

  /** `failed` is told of whatever befalls the connection from then on. */
  static open({ hostname, port }: URL, failed: (error: Error) => void): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port) })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Connection(socket, failed))
      })
    })
  }

  send(request: string, answered: Answered): void {
    this.#answered = answered
    this.#socket.write(request, 'latin1')
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(text: string): void {
    this.#received = this.#received === '' ? text : this.#received + text
    if (!isWhole(this.#received)) return
    const response = this.#received
    this.#received = ''
    const answered = this.#answered
    this.#answered = undefined
    answered?.(Number(response.slice(9, 12)), response)
  }
}

/** Whether these bytes are a response from its status to its end. */
export function isWhole(response: string): boolean {
  const headEnd = response.indexOf(HEAD_END)
  if (headEnd < 0) return false
  const head = response.slice(0, headEnd)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return response.length >= headEnd + HEAD_END.length + Number(length)
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return response.endsWith(`\r\n0${HEAD_END}`)
  throw new Error(`A response says nothing of its length: ${head}`)
}

/** A POST of this JSON, as it goes over the wire. */
export function postRequest(url: URL, body: string, headers: Record<string, string>): string {
  const all = {
    host: url.host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  // Written as latin1: one character, one byte.
  const bytes = Buffer.from(body).toString('latin1')
  return `POST ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n${bytes}`
}
