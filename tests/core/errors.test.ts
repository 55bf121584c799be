import { readFileSync } from 'node:fs'
import t from 'tap'
import { ERRORS } from '../../core/error-table.ts'
import { HearthError } from '../../core/errors.ts'

const documented = new Map(
  readFileSync('ERRORS.md', 'utf8')
    .split('\n')
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| |`| \|$/g, '')))
    .filter(([code]) => code !== undefined && /^[A-Z]\w+$/.test(code))
    .map(([code, status, blame, message, remedy]) => [code, { status, blame, message, remedy }]),
)

t.test('ERRORS.md documents every error of the table, and no other', async (t) => {
  t.same([...documented.keys()], Object.keys(ERRORS))
})

for (const [code, row] of Object.entries(ERRORS)) {
  t.test(`ERRORS.md says of ${code} what the platform answers`, async (t) => {
    t.same(documented.get(code), { ...row, status: String(row.status) })
  })
}

t.test('a message names its details, and a remedy keeps the paths it quotes', async (t) => {
  const error = new HearthError('TriggerNotFound', { id: 't1', name: 'hello' })
  t.equal(error.message, 'Trigger "t1" of function "hello" does not exist')
  t.equal(error.remedy, 'Check the id with GET /functions/hello/triggers.')
  t.equal(error.status, 404)
})

t.test('a detail that looks like a field of an object stays text', async (t) => {
  const error = new HearthError('InvalidRequest', { reason: '{constructor} {reason}' })
  t.equal(error.message, 'Request is not valid: {constructor} {reason}')
})
