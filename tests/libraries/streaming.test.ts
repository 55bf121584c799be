import { request } from 'node:http'
import { AddPermissionCommand, CreateFunctionUrlConfigCommand } from '@aws-sdk/client-lambda'
import t from 'tap'
import { askUrl } from '../fixtures/function-url.ts'
import { bundleHandler } from '../fixtures/library-handler.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { sdkOf } from '../fixtures/sdk-client.ts'

await needsEngine(t)

const platform = await startPlatform()
t.teardown(() => platform.stop())
const { client, createActive } = sdkOf(platform.url)
t.teardown(() => client.destroy())

/** Deploys a handler of `library-handlers/` behind an address that streams. */
async function serve(FunctionName: string): Promise<string> {
  const Code = { ZipFile: await bundleHandler(FunctionName) }
  await createActive(FunctionName, '', { Code, MemorySize: 256, Timeout: 20 })
  const { FunctionUrl = '' } = await client.send(
    new CreateFunctionUrlConfigCommand({
      FunctionName,
      AuthType: 'NONE',
      InvokeMode: 'RESPONSE_STREAM',
    }),
  )
  await client.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: 'public',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: '*',
      FunctionUrlAuthType: 'NONE',
    }),
  )
  return FunctionUrl
}

/** The pieces of an answer as they arrive. */
function pieces(address: string) {
  const { host, port, pathname } = new URL(address)
  const asked = request({ host: '127.0.0.1', port, path: pathname, headers: { host } }).end()
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number
    headers: Record<string, string | string[] | undefined>
    pieces: string[]
  }>()
  asked.once('error', reject)
  asked.once('response', async (response) => {
    const pieces: string[] = []
    for await (const piece of response) pieces.push(String(piece))
    resolve({ status: response.statusCode ?? 0, headers: response.headers, pieces })
  })
  return promise
}

t.test('Hono streams through its adapter, headers and cookies first', async (t) => {
  const url = await serve('hono-streaming')
  const answer = await pieces(`${url}slowly`)
  t.same([answer.status, answer.pieces], [200, ['first, ', 'last']])
  t.match(answer.headers['content-type'], /^text\/plain/)
  t.same(answer.headers['set-cookie'], ['a=1; Path=/', 'b=2; Path=/'])
  const bytes = await askUrl(`${url}bytes`)
  t.same([bytes.status, [...bytes.body]], [201, [0, 255, 128]])
  t.equal((await askUrl(`${url}nowhere`)).status, 404)
})

t.test('middy streams what its handler reads from', async (t) => {
  const answer = await pieces(await serve('middy-streaming'))
  t.same([answer.status, answer.headers['x-own']], [203, 'a'])
  t.same(answer.pieces, ['first, ', 'last'])
})
