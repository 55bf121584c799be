import t from 'tap'
import { type IdleSandbox, toFreeze } from '../../../scheduler/pool/freezing.ts'

interface Named extends IdleSandbox {
  id: string
}

const idle = (id: string, idleSince: number, changes: Partial<IdleSandbox> = {}): Named => ({
  id,
  idleSince,
  mayFreeze: true,
  ...changes,
})

const rows: [what: string, sandboxes: Named[], count: number, chosen: string[]][] = [
  ['none is idle', [], 4, []],
  ['not for long enough', [idle('a', 901)], 4, []],
  ['for just long enough', [idle('a', 900)], 4, ['a']],
  ['the longest first', [idle('a', 500), idle('b', 100), idle('c', 300)], 2, ['b', 'c']],
  ['no room for more at once', [idle('a', 0)], 0, []],
  ['something needs it to run', [idle('a', 0, { mayFreeze: false }), idle('b', 1)], 4, ['b']],
  ['it could not be, and has run nothing since', [idle('a', 7, { failedSince: 7 })], 4, []],
  ['it could not be, and has run something since', [idle('a', 7, { failedSince: 3 })], 4, ['a']],
]

t.test('which idle sandboxes are frozen', async (t) => {
  for (const [what, sandboxes, count, chosen] of rows) {
    const found = toFreeze(sandboxes, { now: 1000, afterMs: 100, count })
    t.same(
      found.map(({ id }) => id),
      chosen,
      what,
    )
  }
})
