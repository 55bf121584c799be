import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { MUTANTS } from '../../chaos/mutants/list.ts'
import { FAULT_KINDS } from '../../chaos/nemesis.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'guarantees.md'), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| `'))

t.test('docs/guarantees.md names each fault and each mutant, and no other', async (t) => {
  const faults = Object.entries(FAULT_KINDS).map(
    ([name, { does, follows }]) => `| \`${name}\` | ${does} | ${follows} |`,
  )
  const mutants = MUTANTS.map(
    ({ name, breaks, laws }) => `| \`${name}\` | ${breaks} | ${laws.join(' or ')} |`,
  )
  t.strictSame(rows, [...faults, ...mutants])
})
