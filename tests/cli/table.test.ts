import t from 'tap'
import { columns, fields, table } from '../../cli/table.ts'

t.test('a cell cannot end its row, nor make another', async (t) => {
  const rows = [
    ['ID', 'ERROR'],
    ['1', 'Error: a\n2   forged\x1b[2J'],
    ['22', 'b'],
  ]
  t.same(table(rows), ['ID  ERROR', String.raw`1   Error: a\n2   forged\x1b[2J`, '22  b'])
})

t.test('columns are as wide as what is shown of their cells', async (t) => {
  t.same(
    columns([
      ['\x07', 'x'],
      ['abcdef', 'y'],
    ]),
    [String.raw`\x07    x`, 'abcdef  y'],
  )
})

t.test('a cell of a table is cut, a field is whole', async (t) => {
  const long = 'x'.repeat(200)
  t.same(table([[long, 'y']]), [`${'x'.repeat(79)}…  y`])
  t.same(fields({ long, none: undefined, empty: '' }), [`long  ${long}`])
})
