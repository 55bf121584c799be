import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { bundleFolder } from '../../cli/bundle.ts'
import { parseHandlerName } from '../../cli/handler-name.ts'
import { unpackZip } from '../../core/functions/zip.ts'
import { loadHandler, parseHandlerName as runtimeName } from '../../runtime-image/handler-loader.ts'
import { exampleFolder, PACKAGES } from '../fixtures/example.ts'
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

/** What a bundle's handler answers, where it is unpacked. */
async function answerOf(t: Test, folder: string, handler = 'index.handler') {
  const { zip } = await bundleFolder({ folder, handler, cacheDirectory: PACKAGES })
  const task = await temporaryFolder(t)
  await unpackZip(zip, task)
  const loaded = await loadHandler(task, handler)
  const names = (await readdir(task, { recursive: true })).sort()
  return { answer: await (loaded as () => unknown)(), names }
}

t.test('a project may lie under /var and /opt', async (t) => {
  const folder = await mkdtemp('/var/tmp/hearth-bundle-')
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'words.ts'), "export const word: string = 'there'")
  await writeFile(
    join(folder, 'index.ts'),
    "import { word } from './words.ts'\nexport const handler = () => word",
  )
  const { answer, names } = await answerOf(t, folder)
  t.equal(answer, 'there')
  t.notOk(names.includes('words.ts'))
})

t.test('what a compiler left beside a source is not loaded in its place', async (t) => {
  const script = t.testdir({
    'index.ts': "export const handler = (): string => 'new'",
    'index.js': "exports.handler = () => 'old'",
    index: 'no program',
  })
  t.same(await answerOf(t, script), {
    answer: 'new',
    names: ['index.bundle.mjs', 'index.bundle.mjs.map', 'index.mjs'],
  })
  const module = t.testdir({
    'index.mts': "export const handler = (): string => 'new'",
    'index.mjs': "export const handler = () => 'old'",
  })
  t.equal((await answerOf(t, module)).answer, 'new')
})

t.test('an export within an export is the handler, as on the platform', async (t) => {
  const folder = t.testdir({
    src: { 'app.ts': 'export const ns = { deep: { handler: () => 17 } }' },
  })
  t.equal((await answerOf(t, folder, 'src/app.ns.deep.handler')).answer, 17)
  for (const handler of ['index.handler', 'src/app.ns.deep.handler', './a.b', '/opt/x/a.b']) {
    const { module, exports } = runtimeName(handler)
    t.match(parseHandlerName(handler), { module, exported: exports[0] }, handler)
  }
  for (const handler of ['index', '.handler', '../index.handler', 'index.']) {
    t.throws(() => parseHandlerName(handler), { name: 'Problem' }, handler)
  }
})

t.test('equal code is an equal package, wherever its dependencies are installed', async (t) => {
  const root = await temporaryFolder(t)
  await mkdir(PACKAGES, { recursive: true })
  const zips: Buffer[] = []
  for (const clone of ['one', 'the/other']) {
    const folder = join(root, clone, 'functions', 'typed')
    await mkdir(join(folder, 'src'), { recursive: true })
    for (const file of ['package.json', 'package-lock.json']) {
      await cp(join(exampleFolder('digest'), file), join(folder, file))
    }
    await writeFile(
      join(folder, 'src', 'index.ts'),
      "import { S3Client } from '@aws-sdk/client-s3'\nexport const handler = () => S3Client.name",
    )
    // Installed once; what differs is the way from the folder to it.
    const cacheDirectory = join(root, clone, 'cache')
    await symlink(PACKAGES, cacheDirectory)
    const options = { folder, handler: 'src/index.handler', cacheDirectory }
    const { zip, inputs } = await bundleFolder(options)
    t.same(inputs, [join(folder, 'src', 'index.ts')])
    zips.push(zip)
  }
  t.ok(zips[0]?.equals(zips[1] as Buffer))
  const task = await temporaryFolder(t)
  await unpackZip(zips[0] as Buffer, task)
  const map = await readFile(join(task, 'src', 'index.bundle.mjs.map'), 'utf8')
  const { sources } = JSON.parse(map) as { sources: string[] }
  t.ok(sources.includes('index.ts'))
  t.ok(sources.some((source) => source.startsWith('../node_modules/@aws-sdk/client-s3/')))
  t.notOk(sources.some((source) => source.includes('.hearth')))
})

t.test('a folder behind a link is bundled as the folder itself', async (t) => {
  const root = t.testdir({ real: TYPESCRIPT })
  await symlink('real', join(root, 'link'))
  const of = async (name: string) =>
    await bundleFolder({
      folder: join(root, name),
      handler: 'index.handler',
      cacheDirectory: PACKAGES,
    })
  t.ok((await of('link')).zip.equals((await of('real')).zip))
})

t.test('mistakes are told with their places', async (t) => {
  const folder = t.testdir({ 'index.ts': 'const x = ;\n', 'index.test.ts': '' })
  const options = { folder, handler: 'index.handler', cacheDirectory: PACKAGES }
  await t.rejects(bundleFolder(options), {
    name: 'Problem',
    message: /index\.ts:1:10: Unexpected ";"/,
  })
  await writeFile(
    join(folder, 'index.ts'),
    "import { a } from 'not-there'\nexport const handler = a",
  )
  await t.rejects(bundleFolder(options), {
    message: /index\.ts:1:18: Could not resolve "not-there"/,
  })
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
