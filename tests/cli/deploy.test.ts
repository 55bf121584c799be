import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import t from 'tap'
import { readClientSettings } from '../../cli/settings.ts'

const run = promisify(execFile)

/** Runs the command as `npx hearth deploy` does; resolves with how it ended. */
async function deploy(args: string[], environment: Record<string, string>) {
  const options = { env: { ...process.env, ...environment } }
  return await run(process.execPath, ['cli/main.ts', 'deploy', ...args], options).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}

t.test('without a platform it says where it looked and what to do', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  const url = `http://127.0.0.1:${port}`
  const { code, stderr } = await deploy(['functions/hello'], { HEARTH_URL: url })
  t.equal(code, 4)
  t.match(stderr, `The platform at ${url} cannot be reached: connect ECONNREFUSED`)
  t.match(stderr, 'Start it with "npm start", or set HEARTH_URL')
  t.notMatch(stderr, /\n {4}at /, 'no stack')
})

t.test('without a function in the folder it says where it looked and what to do', async (t) => {
  t.match(await deploy(['tests/cli'], {}), {
    code: 1,
    stderr: /hearth\.json cannot be read, and no/,
  })
  t.match(await deploy(['folder-of-nobody'], {}), { code: 1, stderr: /cannot be read: ENOENT/ })
})

t.test('the address may end in a slash, and must be one', async (t) => {
  t.same(readClientSettings({ HEARTH_URL: 'http://a:1/', HEARTH_API_KEY: '' }), {
    url: 'http://a:1',
    apiKey: undefined,
  })
  t.match(readClientSettings({}), { url: 'http://127.0.0.1:4327' })
  t.throws(() => readClientSettings({ HEARTH_URL: 'localhost:4327' }), { name: 'Problem' })
})
