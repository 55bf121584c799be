import Fastify from 'fastify'

/** The bare Fastify echo that warm invocations are measured against, in a process of its own. */
const app = Fastify()
app.post('/', (request) => request.body)
const url = await app.listen({ port: 0, host: '127.0.0.1' })
process.stdout.write(`${url}\n`)
process.on('SIGTERM', () => process.exit(0))
