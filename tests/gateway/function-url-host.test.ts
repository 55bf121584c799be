import t from 'tap'
import { FUNCTION_URL_PREFIX, pathOfHost } from '../../gateway/function-url-host.ts'

const to = (host: string | undefined, url: string) =>
  pathOfHost({ url, headers: host === undefined ? {} : { host } })

t.test('Every path of the host of a function becomes the one route of its id', async (t) => {
  const hosts = ['abc123.lambda-url.localhost:4327', 'ABC123.Lambda-URL.LocalHost']
  for (const host of hosts) {
    for (const url of ['/', '/functions', '/a/b?c=d', '/../../functions', '/%zz', '*']) {
      t.equal(to(host, url), `${FUNCTION_URL_PREFIX}/abc123`, `${host} ${url}`)
    }
  }
})

t.test('Any other host keeps its path', async (t) => {
  const hosts = [
    undefined,
    'localhost:4327',
    'lambda-url.localhost',
    '.lambda-url.localhost',
    'a.b.lambda-url.localhost',
    'a/b.lambda-url.localhost',
    'abc.lambda-url.localhost.example.com',
    'abc.lambda-url.localhost:port',
  ]
  for (const host of hosts) t.equal(to(host, '/functions'), '/functions', String(host))
})

t.test('The prefix cannot be guessed', async (t) => {
  t.match(FUNCTION_URL_PREFIX, /^\/function-url-[0-9a-f-]{36}$/)
})
