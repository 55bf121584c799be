import t from 'tap'
import { functionsOf, told } from '../fixtures/deployed-functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { rest } from '../fixtures/rest.ts'

await needsEngine(t)

const platform = await startPlatform({ POOL_GENERIC: '3' })
t.teardown(() => platform.stop())
const { deploy, call } = functionsOf(platform)

const LOADS: { how: string; source: string; answer: RegExp }[] = [
  {
    how: 'imports a module that is not there',
    source: `import 'left-out'; export const handler = () => 1`,
    answer: /^Runtime\.ImportModuleError: Error: Cannot find package 'left-out'/,
  },
  {
    how: 'has no such export',
    source: 'export const other = () => 1',
    answer: /^Runtime\.HandlerNotFound: index\.handler is undefined or not exported$/,
  },
  {
    how: 'exports something else than a function',
    source: 'export const handler = 1',
    answer: /^Runtime\.HandlerNotFound: index\.handler is not a function$/,
  },
  {
    how: 'does not parse',
    source: 'export const handler = (',
    answer: /^Runtime\.UserCodeSyntaxError: SyntaxError: /,
  },
  {
    how: 'throws while it loads',
    source: 'throw new RangeError("at load")',
    answer: /^RangeError: at load$/,
  },
  {
    how: 'exits while it loads',
    source: 'process.exit(3)',
    answer: /^Runtime\.ExitError: .*Runtime exited with error: exit status 3$/,
  },
]

for (const { how, source, answer } of LOADS) {
  t.test(`code that ${how}: every caller is told so, until it is corrected`, async (t) => {
    const name = await deploy(source)
    for (const failed of await Promise.all([call(name), call(name)])) {
      t.equal(failed.status, 502)
      t.match(told(failed), answer)
    }
    const corrected = await rest(`${platform.url}/functions/${name}/code`, {
      method: 'PUT',
      body: { source: 'export const handler = () => "corrected"' },
    })
    t.equal(corrected.status, 200)
    t.equal((await call(name)).text, '"corrected"')
  })
}

t.test('a handler in a file that is missing: the caller is told so', async (t) => {
  const name = await deploy('export const handler = () => 1', { handler: 'elsewhere.handler' })
  t.match(
    told(await call(name)),
    /^Runtime\.ImportModuleError: Error: Cannot find module 'elsewhere'/,
  )
  const changed = { method: 'PATCH', body: { handler: 'index.handler' } }
  t.equal((await rest(`${platform.url}/functions/${name}`, changed)).status, 200)
  t.equal((await call(name)).text, '1')
})
