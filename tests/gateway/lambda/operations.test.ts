import { readFile } from 'node:fs/promises'
import t from 'tap'
import { OPERATIONS } from '../../../gateway/lambda/operations.ts'
import { REFUSED_OPERATIONS } from '../../../gateway/lambda/refused-operations.ts'
import { startGateway } from '../../fixtures/gateway.ts'
import { ACCOUNT, isLambdaError, LAMBDA_OPERATIONS } from '../../fixtures/lambda.ts'

const PARAMETERS: Readonly<Record<string, string>> = {
  FunctionName: 'f',
  Name: 'prod',
  Resource: `${ACCOUNT}:function:f`,
  ResourceArn: `${ACCOUNT}:function:f`,
  UUID: '00000000-0000-4000-8000-000000000000',
  VersionNumber: '1',
}

function pathOf(template: string): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(PARAMETERS[name] ?? 'x'),
  )
}

t.test('each of the 88 operations has one row, under its own method, path and query', async (t) => {
  t.equal(LAMBDA_OPERATIONS.length, 88)
  t.same(
    OPERATIONS.map(({ name }) => name).sort(),
    LAMBDA_OPERATIONS.map(({ name }) => name).sort(),
    'all of them, each once, and no other',
  )
  const shape = (path: string) => path.replace(/\{\w+\}|:\w+/g, '*')
  for (const { name, method, path } of LAMBDA_OPERATIONS) {
    const found = OPERATIONS.find((one) => one.name === name)
    const [url = '', query = ''] = path.split('?')
    t.equal(shape(found?.route ?? ''), `${method} ${shape(url)}`, name)
    t.same(found?.when ?? {}, Object.fromEntries(new URLSearchParams(query)), `${name}: its query`)
  }
})

t.test(
  'each of them is answered as Lambda answers, and refused by its name if at all',
  async (t) => {
    const { call, create } = await startGateway(t)
    await create('f')
    const refused = new Set(REFUSED_OPERATIONS.map(({ name }) => name))
    for (const { name, method, path } of LAMBDA_OPERATIONS) {
      if (name === 'DeleteFunction') continue
      const answer = await call(`${method} ${pathOf(path)}`, {
        ...(method !== 'GET' && { payload: '{}' }),
      })
      t.ok(answer.status < 500, `${name} is ${answer.status}`)
      const type = answer.headers['x-amzn-errortype']
      t.not(type, 'UnknownOperationException', name)
      if (answer.status >= 400) isLambdaError(t, answer, name)
      t.equal(type === 'NotImplementedException', refused.has(name), `${name} is refused, or not`)
      if (!refused.has(name)) continue
      t.equal(answer.status, 400, name)
      t.match(answer.body.message, new RegExp(`^${name} is not available on this platform`))
    }
  },
)

t.test('what is none of them is said in Lambda’s form, not as a page', async (t) => {
  const { call } = await startGateway(t)
  for (const route of [
    'GET /2015-03-31/functions/f/nothing',
    'PATCH /2015-03-31/functions/f',
    'GET /2099-01-01/functions',
    'DELETE /2015-03-31/functions',
  ] as const) {
    const answer = await call(route)
    t.equal(answer.status, 404, route)
    t.equal(answer.headers['x-amzn-errortype'], 'UnknownOperationException')
    isLambdaError(t, answer, route)
  }
})

t.test('docs/lambda-api.md says of each of them what it is here', async (t) => {
  const page = await readFile(new URL('../../../docs/lambda-api.md', import.meta.url), 'utf8')
  const documented = Object.fromEntries(
    [...page.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, state]) => [name, state]),
  )
  const refused = new Set(REFUSED_OPERATIONS.map(({ name }) => name))
  const known = new Map(OPERATIONS.map((one) => [one.name, one]))
  const stateOf = (name: string) => {
    if (refused.has(name)) return 'refused'
    return known.get(name)?.storedOnly ? 'stored' : 'implemented'
  }
  t.same(documented, Object.fromEntries(LAMBDA_OPERATIONS.map(({ name }) => [name, stateOf(name)])))
})
