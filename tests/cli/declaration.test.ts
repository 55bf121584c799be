import { readdir } from 'node:fs/promises'
import t from 'tap'
import { bucketsOf, parseDeclaration, readDeclaration } from '../../cli/declaration.ts'
import { Problem } from '../../cli/problem.ts'
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
