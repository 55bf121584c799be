import t from 'tap'
import { checkFolder } from '../../cli/check-folder.ts'

const handler = 'index.handler'

t.test('what does not parse is told with its place', async (t) => {
  const folder = t.testdir({ 'index.mjs': 'const x = ;\n' })
  await t.rejects(checkFolder({ folder, handler }), {
    name: 'Problem',
    message: /index\.mjs:1:10: Unexpected ";"/,
  })
})

t.test('packages are left to the lock file, and a binary of the folder is taken', async (t) => {
  const folder = t.testdir({
    'index.mjs': "import 'not-there'\nimport './addon.cjs'\nexport const handler = () => 1",
    'addon.cjs': "module.exports = require('./addon.node')",
    'addon.node': '\u007fELF',
  })
  await checkFolder({ folder, handler })
})

t.test('a handler that is not there is told, where no layer can have it', async (t) => {
  const folder = t.testdir({ 'index.mjs': '', lib: { 'index.js': '' } })
  await t.rejects(checkFolder({ folder, handler: 'main.handler' }), {
    message: /main is not there/,
  })
  await checkFolder({ folder, handler: 'main.handler', hasLayers: true })
  await checkFolder({ folder, handler: '/opt/nodejs/main.handler' })
  await checkFolder({ folder, handler: 'node_modules/tracer/handler.handler' })
  await checkFolder({ folder, handler: 'lib.handler' })
})

t.test('what is imported and does not come along is told', async (t) => {
  const root = t.testdir({
    'shared.mjs': 'export const shared = 1',
    f: {
      'index.mjs': [
        "import { shared } from '../shared.mjs'",
        "import { a } from './lib/a.mjs'",
        "import sample from './sample/x.json' with { type: 'json' }",
        'export const handler = () => [shared, a, sample]',
      ].join('\n'),
      lib: { 'a.mjs': "export { a } from '../tests/a.mjs'" },
      tests: { 'a.mjs': 'export const a = 1' },
      sample: { 'x.json': '{}' },
    },
  })
  const told = await checkFolder({ folder: `${root}/f`, handler }).catch((error) => error.message)
  t.match(told, 'index.mjs imports ../shared.mjs, which is not in the package')
  t.match(told, 'index.mjs imports sample/x.json')
  t.match(told, 'lib/a.mjs imports tests/a.mjs')
})

t.test('what may be imported need not come along', async (t) => {
  const folder = t.testdir({
    'index.mjs': "export const handler = ({ name }) => import('./parts/' + name + '.mjs')",
    parts: { 'a.mjs': 'export default 1', 'a.test.mjs': "import './b.test.mjs'", 'b.test.mjs': '' },
  })
  await checkFolder({ folder, handler })
})
