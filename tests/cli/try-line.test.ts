import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import t from 'tap'
import { tryLine } from '../../cli/try-line.ts'
import { readDeclaration } from '../fixtures/declaration.ts'

const run = promisify(execFile)
const settings = { url: 'http://127.0.0.1:4327', apiKey: undefined }

t.test('it makes the function run by the trigger that it has, with its sample', async (t) => {
  const of = async (folder: string) => tryLine(folder, await readDeclaration(folder), settings)
  t.equal(
    await of('functions/thumbnail'),
    'curl -T functions/thumbnail/sample/coffee.jpg http://127.0.0.1:4327/buckets/photos/objects/coffee.jpg',
  )
  t.equal(
    await of('functions/hello'),
    'hearth invoke hello --file functions/hello/sample/event.json',
  )
  t.match(
    await of('functions/event-router'),
    /cloudevents\+json' -d @\S+order-placed.json \S+events$/,
  )
  t.match(await of('functions/digest'), /^hearth invoke digest/)
})

t.test('a folder without a sample is called with an empty event', async (t) => {
  const folder = t.testdir({ 'hearth.json': '{"name": "a"}' })
  t.equal(await tryLine(folder, await readDeclaration(folder), settings), 'hearth invoke a')
})

t.test('a shell takes whatever the names hold, and the key is not printed', async (t) => {
  const declared = {
    name: 'a',
    triggers: [{ type: 'object', bucket: 'photos', prefix: 'in & out/' }],
  }
  const received: { request: IncomingMessage; body: string }[] = []
  const server = createServer(async (request, response) => {
    received.push({ request, body: await text(request) })
    response.end()
  }).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const name of ["it's me.jpg", 'a&b.jpg', 'a#b?c.jpg', '$(a);(b).jpg']) {
    const sample = { [name]: name, 'README.md': '' }
    const folder = t.testdir({ 'hearth.json': JSON.stringify(declared), sample })
    const given = { url, apiKey: 'a-secret-key' }
    const line = await tryLine(folder, await readDeclaration(folder), given)
    t.notMatch(line, 'a-secret-key')
    await run('bash', ['-c', line], { env: { ...process.env, HEARTH_API_KEY: 'a-secret-key' } })
    const [one] = received.splice(0)
    t.equal(one?.body, name)
    t.equal(
      decodeURIComponent(one?.request.url?.split('/objects/')[1] ?? ''),
      `in & out/${name}`,
      'the whole of the name is in the path',
    )
    t.equal(one?.request.headers.authorization, 'Bearer a-secret-key')
  }
})
