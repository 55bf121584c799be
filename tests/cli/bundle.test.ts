import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { bundleFolder, checkFolder } from '../../cli/bundle.ts'
import { unpackZip } from '../../core/functions/zip.ts'
import { PACKAGES } from '../fixtures/example.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const TYPESCRIPT = {
  'index.ts': [
    "import { readFileSync } from 'node:fs'",
    "import words from './words.cts'",
    "import { greet } from 'greetings'",
    '',
    'interface Event { name: string }',
    'export const handler = async ({ name }: Event) => {',
    "  if (name === '') throw new TypeError('Nobody')",
    "  return greet(name) + words.end + readFileSync(import.meta.dirname + '/end.txt', 'utf8')",
    '}',
  ].join('\n'),
  'words.cts': "const path = require('node:path')\nexport = { end: path.basename('/x/!') }",
  'end.txt': '?',
  'hearth.json': '{"name": "a"}',
  node_modules: {
    greetings: {
      'package.json': '{"name": "greetings", "main": "index.js"}',
      'index.js':
        'const { EOL } = require("os"); exports.greet = (name) => ("Hello, " + name + EOL).trim()',
    },
  },
}

t.test('code and dependencies become one file beside the others of the folder', async (t) => {
  const folder = t.testdir(TYPESCRIPT)
  const options = { folder, handler: 'index.handler', cacheDirectory: PACKAGES }
  const bundle = await bundleFolder(options)
  t.same(bundle.inputs.sort(), [join(folder, 'index.ts'), join(folder, 'words.cts')])
  t.ok(bundle.zip.equals((await bundleFolder(options)).zip), 'the same each time')
  const task = await temporaryFolder(t)
  await unpackZip(bundle.zip, task)
  await t.rejects(readFile(join(task, 'index.ts')), { code: 'ENOENT' })
  const { handler } = (await import(pathToFileURL(join(task, 'index.mjs')).href)) as {
    handler(event: object): Promise<string>
  }
  t.equal(await handler({ name: 'Ada' }), 'Hello, Ada!?')
  const error = (await handler({ name: '' }).catch((thrown: unknown) => thrown)) as Error
  t.match(error.stack, /index\.ts:7:/, 'a stack trace shows the source')
})

t.test('a handler in a folder of its own stays there', async (t) => {
  const folder = t.testdir({ src: { 'app.mts': 'export const run = () => 1' } })
  const { zip } = await bundleFolder({ folder, handler: 'src/app.run', cacheDirectory: PACKAGES })
  const task = await temporaryFolder(t)
  await unpackZip(zip, task)
  const loaded = (await import(pathToFileURL(join(task, 'src', 'app.mjs')).href)) as {
    run(): number
  }
  t.equal(loaded.run(), 1)
})

t.test('mistakes are told with their places', async (t) => {
  const folder = t.testdir({ 'index.ts': 'const x = ;\n', 'index.test.ts': '' })
  const options = { folder, handler: 'index.handler', cacheDirectory: PACKAGES }
  await t.rejects(bundleFolder(options), {
    name: 'Problem',
    message: /index\.ts:1:10: Unexpected ";"/,
  })
  await t.rejects(checkFolder(folder, 'index.handler'), { message: /index\.ts:1:10/ })
  await writeFile(
    join(folder, 'index.ts'),
    "import { a } from 'not-there'\nexport const handler = a",
  )
  await t.rejects(bundleFolder(options), {
    message: /index\.ts:1:18: Could not resolve "not-there"/,
  })
  await checkFolder(folder, 'index.handler')
  await t.rejects(bundleFolder({ ...options, handler: 'main.handler' }), {
    message: /main is not there/,
    remedy: /"handler" in hearth\.json/,
  })
})

t.test('what is in a layer is left to be found there', async (t) => {
  const folder = t.testdir({
    'index.ts':
      "import { a } from 'in-a-layer'\nimport b from '/opt/b.mjs'\nexport const handler = () => a + b",
  })
  const options = { folder, handler: 'index.handler', cacheDirectory: PACKAGES, hasLayers: true }
  const { zip } = await bundleFolder(options)
  const task = await temporaryFolder(t)
  await unpackZip(zip, task)
  const text = await readFile(join(task, 'index.bundle.mjs'), 'utf8')
  t.match(text, 'from "in-a-layer"')
  t.match(text, 'from "/opt/b.mjs"')
})

t.test('a package with a binary cannot be bundled, and the way out is told', async (t) => {
  const folder = t.testdir({
    'index.ts': "import 'native'\nexport const handler = () => 1",
    node_modules: { native: { 'package.json': '{"main": "a.node"}', 'a.node': '' } },
  })
  const options = { folder, handler: 'index.handler', cacheDirectory: PACKAGES }
  await t.rejects(bundleFolder(options), { message: /native/, remedy: /"build": "zip"/ })
})

t.test('sources outside the folder are told as well', async (t) => {
  const root = await temporaryFolder(t)
  const folder = join(root, 'f')
  await mkdir(folder)
  await writeFile(join(root, 'shared.ts'), 'export const one: number = 1')
  await writeFile(
    join(folder, 'index.ts'),
    "import { one } from '../shared.ts'\nexport const handler = () => one",
  )
  const { inputs } = await bundleFolder({
    folder,
    handler: 'index.handler',
    cacheDirectory: PACKAGES,
  })
  t.ok(inputs.includes(join(root, 'shared.ts')))
})
