import { openSync, fdatasync as syncFile, write as writeFile } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import type { NewEntry } from './ledger-entry.ts'

/**
 * The ledger: a process of its own, so that no fault of the platform touches what it knows.
 * `node chaos/ledger.ts <file>` listens on a free port of loopback and prints it. `POST /entries`
 * with JSON lines is answered 204 when they are on disk; entries that come together are synced together.
 * `POST /messages` is an endpoint for destinations: what it gets becomes an entry.
 */
const write = promisify(writeFile)
const sync = promisify(syncFile)

const [file = ''] = process.argv.slice(2)
const descriptor = openSync(file, 'a')
const BODY_BYTES_MAX = 1024 * 1024

let waiting: { text: string; done(error?: unknown): void }[] = []
let isWriting = false

async function writeAll(): Promise<void> {
  if (isWriting) return
  isWriting = true
  while (waiting.length > 0) {
    const group = waiting
    waiting = []
    try {
      await write(descriptor, group.map(({ text }) => text).join(''))
      await sync(descriptor)
      for (const { done } of group) done()
    } catch (error) {
      for (const { done } of group) done(error)
    }
  }
  isWriting = false
}

/** The entries of a body as they are kept: each with the time of this process. */
function stamped(body: string): string {
  const at = Date.now()
  const lines = body.split('\n').filter(Boolean)
  return lines.map((line) => `${JSON.stringify({ at, ...JSON.parse(line) })}\n`).join('')
}

/** The entry of a message about an invocation. */
function delivery({ headers }: IncomingMessage, body: string): string {
  const { requestContext } = JSON.parse(body) as { requestContext: { requestId: string } }
  const entry: NewEntry = {
    kind: 'delivery',
    id: requestContext.requestId,
    message: String(headers['webhook-id']),
  }
  return JSON.stringify(entry)
}

const server = createServer(async (request, response) => {
  try {
    let body = ''
    for await (const chunk of request) {
      body += chunk
      if (body.length > BODY_BYTES_MAX) throw new Error('Body is too large')
    }
    const text = stamped(request.url === '/messages' ? delivery(request, body) : body)
    await new Promise<void>((resolve, reject) => {
      waiting.push({ text, done: (error) => (error ? reject(error) : resolve()) })
      void writeAll()
    })
    response.writeHead(204).end()
  } catch (error) {
    response.writeHead(400).end(String(error))
  }
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(address.port)
})
process.on('SIGTERM', () => process.exit(0))
