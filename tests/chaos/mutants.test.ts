import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { MUTANTS } from '../../chaos/mutants/list.ts'
import { makeTree } from '../../chaos/mutants/tree.ts'
import { faultKind } from '../../chaos/nemesis.ts'

const ROOT = join(import.meta.dirname, '..', '..')

t.test('every mutant fits the source as it is, and its schedule can be run', async (t) => {
  t.ok(MUTANTS.length >= 12)
  t.equal(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length)
  for (const mutant of MUTANTS) {
    const tree = makeTree(ROOT, mutant)
    t.ok(existsSync(join(tree.path, 'platform', 'main.ts')), mutant.name)
    tree.remove()
    for (const { kind } of mutant.faults) {
      t.ok(faultKind(kind).topologies.includes(mutant.topology), `${kind} for ${mutant.name}`)
    }
  }
})

t.test('a mutant whose text is gone says so', async (t) => {
  const [mutant] = MUTANTS
  const edits = [{ file: 'core/invocations/retry.ts', search: 'what was never there', replace: '' }]
  t.throws(() => makeTree(ROOT, { ...(mutant as (typeof MUTANTS)[0]), edits }), {
    message: /core\/invocations\/retry\.ts 0 times, not once/,
  })
})
