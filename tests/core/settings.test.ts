import { readFileSync } from 'node:fs'
import t from 'tap'
import { readSettings, SETTINGS } from '../../core/settings.ts'

const documented = new Map(
  [
    ...readFileSync('docs/configuration.md', 'utf8').matchAll(
      /^\| `(\w+)` \| (.*?) \| (.*?) \|$/gm,
    ),
  ].map(([, name, standard, what]) => [name, { standard, what }]),
)

t.test('docs/configuration.md documents every setting, its default and what it does', async (t) => {
  t.same([...documented.keys()].sort(), Object.keys(SETTINGS.properties).sort())
  for (const [name, schema] of Object.entries(SETTINGS.properties)) {
    const { default: standard, description } = schema as { default?: unknown; description?: string }
    t.same(documented.get(name), {
      standard: standard === undefined ? '' : `\`${standard}\``,
      what: description,
    })
  }
})

t.test(
  'an empty environment is a working one, and an empty variable counts as not set',
  async (t) => {
    const settings = readSettings({})
    t.match(settings, { HOST: '127.0.0.1', PORT: 4327, POOL_GENERIC: 4 })
    t.same(readSettings({ PORT: '', REDIS_URL: '' }), settings)
  },
)

t.test('all mistakes are told at once', async (t) => {
  const environment = {
    PORT: 'seventy',
    POOL_MAX: '0',
    SANDBOX_DRIVER: 'vm',
    HEARTH_API_KEY: 'short',
  }
  for (const name of Object.keys(environment)) {
    t.throws(() => readSettings(environment), { message: new RegExp(name) })
  }
})

t.test('settings that contradict each other are refused', async (t) => {
  const outside = { HOST: '0.0.0.0' }
  t.throws(() => readSettings(outside), { message: /needs HEARTH_API_KEY/ })
  t.match(readSettings({ ...outside, HEARTH_API_KEY: 'a key of enough length' }), outside)
  const storage = { S3_ENDPOINT: 'http://127.0.0.1:9000' }
  t.throws(() => readSettings(storage), { message: /S3_ACCESS_KEY_ID/ })
  t.match(readSettings({ ...storage, S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' }), storage)
})

t.test('all mistakes are told at once', async (t) => {
  const environment = { PORT: 'x', REDIS_URL: 'x', HOST: '0.0.0.0', S3_ENDPOINT: 'http://s3' }
  const says = (message: RegExp) => t.throws(() => readSettings(environment), { message })
  for (const part of [/PORT/, /REDIS_URL/, /needs HEARTH_API_KEY/, /S3_SECRET_ACCESS_KEY/])
    says(part)
})
