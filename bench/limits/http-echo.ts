import { createServer } from 'node:http'

/** The least that Node does for a request and its answer, in a process of its own. */
const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const body = Buffer.concat(parts)
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
      .end(body)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address !== 'object') throw new Error('It listens at no port')
  process.stdout.write(`http://127.0.0.1:${address?.port}\n`)
})
process.on('SIGTERM', () => process.exit(0))
