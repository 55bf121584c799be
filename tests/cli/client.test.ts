import t from 'tap'
import { fingerprintOf, fingerprintOfTypes } from '../../setup/client-types.ts'
import { startAnswering } from '../fixtures/answering.ts'
import { hearth } from '../fixtures/command-line.ts'
import { startGateway } from '../fixtures/gateway.ts'

t.test('the types of the API are of the document that the gateway answers', async (t) => {
  const { call } = await startGateway(t)
  const { body } = await call('GET /openapi.json')
  t.equal(await fingerprintOfTypes(), fingerprintOf(body), 'else: npm start, and npm run client')
})

t.test('a server that is no platform is called so', async (t) => {
  const url = await startAnswering(t, (_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<html>Welcome</html>')
  })
  for (const words of [['list'], ['logs', 'a'], ['invoke', 'a'], ['invoke', 'a', '--async']]) {
    const ran = await hearth([...words, '--url', url])
    t.match(ran, { code: 1, stdout: '', stderr: /is no Hearth.*\nSet HEARTH_URL/ }, words.join(' '))
  }
})

t.test('a platform that goes away in the middle of an answer was not reached', async (t) => {
  const url = await startAnswering(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"functions":[', () => response.destroy())
  })
  t.match(await hearth(['list', '--url', url]), {
    code: 4,
    stderr: /cannot be reached: .*\nStart it/,
  })
  t.match(await hearth(['invoke', 'a', '--url', url]), { code: 4, stderr: /cannot be reached/ })
})

t.test('what a proxy answers in the place of the platform is told, as JSON too', async (t) => {
  const url = await startAnswering(t, (_request, response) => {
    response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway\x1b[2J</html>')
  })
  const ran = await hearth(['invoke', 'a', '--url', url])
  t.match(ran, { code: 1, stderr: /Bad gateway\\x1b\[2J.*POST \/functions\/a\/invocations: 502/ })
  const { stderr } = await hearth(['invoke', 'a', '--url', url, '--json'])
  t.match(JSON.parse(stderr), { error: { message: /Bad gateway.*502/, remedy: /see its log/ } })
})

t.test('the result of what ran is printed, whether its log can be read or not', async (t) => {
  const url = await startAnswering(t, ({ method }, response) => {
    response.setHeader('content-type', 'application/json')
    if (method === 'POST') response.setHeader('x-invocation-id', 'i-1').end('{"done":true}')
    else response.writeHead(503).end('{"error":{"message":"Redis is away","remedy":"Wait"}}')
  })
  t.match(await hearth(['invoke', 'a', '--url', url]), {
    code: 0,
    stdout: '{"done":true}\n',
    stderr: /^Its log could not be read: Redis is away/,
  })
  const { code, stdout, stderr } = await hearth(['invoke', 'a', '--url', url, '--json'])
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { id: 'i-1', result: { done: true }, log: [] })
  t.match(JSON.parse(stderr), { note: /could not be read/ })
})
