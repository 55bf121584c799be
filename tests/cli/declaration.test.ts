import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import {
  bucketsOf,
  DeclarationFile,
  parseDeclaration,
  readDeclaration,
} from '../../cli/declaration.ts'
import { Problem } from '../../cli/problem.ts'
import { readProject } from '../../cli/project.ts'
import { exampleFolder } from '../fixtures/example.ts'

function messageOf(value: unknown): string {
  try {
    parseDeclaration(typeof value === 'string' ? value : JSON.stringify(value), 'hearth.json')
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
  const message = messageOf({
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
  t.match(messageOf('{'), /^hearth\.json is not valid JSON: /)
  t.match(messageOf([]), /it must be an object/)
  t.match(messageOf({}), /it lacks "name"/)
  t.match(messageOf({ name: 'a', triggers: {} }), /"triggers" must be an array/)
  t.match(messageOf({ name: 'a', triggers: [null] }), /"triggers\.0\.type" must be one of/)
  await t.rejects(readDeclaration('tests'), { name: 'Problem', remedy: /functions\/hello/ })
})

t.test('its buckets are those that it reads, writes or watches, each once', async (t) => {
  const declaration = parseDeclaration(
    JSON.stringify({
      name: 'a',
      buckets: { read: ['photos', 'fonts'], write: ['thumbnails'] },
      triggers: [
        { type: 'object', bucket: 'photos' },
        { type: 'object', bucket: 'scans' },
        { type: 'schedule', schedule: 'rate(1 day)' },
      ],
    }),
    'hearth.json',
  )
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
  await t.rejects(readProject(twice), { message: /Two functions in .* are called "same"/ })
})

t.test('the schema for editors is the one that validates', async (t) => {
  const file = await readFile('cli/hearth.schema.json', 'utf8')
  t.same(JSON.parse(file), JSON.parse(JSON.stringify(DeclarationFile)), 'else: npm run schema')
})
