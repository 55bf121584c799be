import { readdir, readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { bucketsOf, DeclarationFile } from '../../cli/declaration.ts'
import { Problem } from '../../cli/problem.ts'
import { readProject } from '../../cli/project.ts'
import { readDeclaration } from '../fixtures/declaration.ts'
import { exampleFolder } from '../fixtures/example.ts'

/** Of a hearth.json, as it is refused. */
async function messageOf(t: Test, value: unknown): Promise<string> {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  try {
    await readDeclaration(t.testdir({ 'hearth.json': text }))
    return 'no mistake'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.message
  }
}

t.test('every example declares what the platform takes', async (t) => {
  const entries = await readdir(exampleFolder('.'), { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  t.ok(names.length >= 6)
  for (const name of names) {
    const { name: declared, configuration } = await readDeclaration(exampleFolder(name))
    t.equal(declared, name)
    t.ok(configuration.description, `${name} says what it does`)
  }
})

t.test('all mistakes are told at once, each with its field', async (t) => {
  const message = await messageOf(t, {
    name: 'no spaces please',
    memoryMb: 64,
    timeout: 3,
    triggers: [
      { type: 'object', bucket: 'photos', events: ['created'] },
      { type: 'schedule', cron: '* * * * *' },
      { type: 'timer' },
    ],
  })
  t.match(message, /"name" /)
  t.match(message, /"memoryMb" .*128/)
  t.match(message, /it has unknown fields: "timeout"/)
  t.match(message, /"triggers\.0\.events\.0" must be one of "s3:ObjectCreated:\*"/)
  t.match(message, /"triggers\.1" lacks "schedule"/)
  t.match(message, /"triggers\.1" has unknown fields: "cron"/)
  t.match(message, /"triggers\.2\.type" must be one of "schedule", "object", "event"/)
  t.equal(message.split('\n').length, 8, 'and each is told once')
})

t.test('what is no declaration at all is refused with the cause', async (t) => {
  t.match(await messageOf(t, '{'), /hearth\.json is not valid JSON: /)
  t.match(await messageOf(t, []), /it must be an object/)
  t.match(await messageOf(t, {}), /it lacks "name"/)
  t.match(await messageOf(t, { name: 'a', triggers: {} }), /"triggers" must be an array/)
  t.match(await messageOf(t, { name: 'a', triggers: [null] }), /"triggers\.0\.type" must be one of/)
  t.match(await messageOf(t, { functions: [] }), /"functions" must have one at least/)
  await t.rejects(readDeclaration('tests'), { name: 'Problem', remedy: /functions\/hello/ })
})

t.test('its buckets are those that it reads, writes or watches, each once', async (t) => {
  const declared = JSON.stringify({
    name: 'a',
    buckets: { read: ['photos', 'fonts'], write: ['thumbnails'] },
    triggers: [
      { type: 'object', bucket: 'photos' },
      { type: 'object', bucket: 'scans' },
      { type: 'schedule', schedule: 'rate(1 day)' },
    ],
  })
  const declaration = await readDeclaration(t.testdir({ 'hearth.json': declared }))
  t.same(bucketsOf(declaration), ['photos', 'scans', 'fonts', 'thumbnails'])
})

t.test('one file may declare several functions, and a folder may hold several files', async (t) => {
  const functions = [
    { name: 'one', handler: 'a.run', triggers: [] },
    { name: 'two', folder: 'lib', memoryMb: 256 },
  ]
  const folder = t.testdir({
    shared: { 'hearth.json': JSON.stringify({ $schema: '../x.json', functions }) },
    alone: { 'hearth.json': '{"name": "alone"}' },
    docs: { 'README.md': '' },
  })
  t.match(await readProject(folder), [
    { name: 'alone', folder: join(folder, 'alone'), declaresTriggers: false },
    { name: 'one', folder: join(folder, 'shared'), declaresTriggers: true },
    { name: 'two', folder: join(folder, 'shared', 'lib'), configuration: { memoryMb: 256 } },
  ])
  await t.rejects(readProject(join(folder, 'docs')), { message: /no folder in .*docs has one/ })
  const twice = t.testdir({
    a: { 'hearth.json': '{"name": "same"}' },
    b: { 'hearth.json': '{"functions": [{"name": "same"}]}' },
    c: { 'hearth.json': '{"functions": [{"name": "c", "memoryMb": 1}]}' },
  })
  await t.rejects(readProject(join(twice, 'c')), { message: /"functions\.0\.memoryMb" must be/ })
  await rm(join(twice, 'c'), { recursive: true })
  await t.rejects(readProject(twice), {
    message: /Two functions are called "same": in .*a\/hearth/,
  })
  const [a, b] = [join(twice, 'a'), join(twice, 'b')]
  await t.rejects(readProject(a, b), { message: /are called "same"/ }, 'of two folders as well')
})

t.test('a folder behind a link is the one that it leads to', async (t) => {
  const root = t.testdir({ real: { 'hearth.json': '{"name": "linked"}' }, project: {} })
  await symlink('../real', join(root, 'project', 'link'))
  const { folder } = await readDeclaration(join(root, 'project', 'link'))
  t.equal(folder, join(root, 'real'))
  t.match(await readProject(join(root, 'project')), [{ name: 'linked', folder }])
})

t.test('the schema for editors is the one that validates', async (t) => {
  const file = await readFile('cli/hearth.schema.json', 'utf8')
  t.same(JSON.parse(file), JSON.parse(JSON.stringify(DeclarationFile)), 'else: npm run schema')
})
