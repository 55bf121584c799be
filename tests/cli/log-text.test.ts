import t from 'tap'
import type { LogLine } from '../../api/shapes.ts'
import { logText } from '../../cli/log-text.ts'

const time = '2026-01-30T12:00:01.500Z'
const shown = (text: string, level?: LogLine['level']) =>
  logText({ time, text, ...(level !== undefined && { level }) })

t.test('a line has its time of day, its level and its message', async (t) => {
  const id = '2f9d1f0e-6d1c-4f0e-9a4e-0a9b8c7d6e5f'
  const clock = ['dim', '12:00:01.500']
  t.same(shown(`2026-01-30T12:00:01.499Z\t${id}\tWARN\tcareful\nvery`), [
    ['dim', '12:00:01.499'],
    '  ',
    ['yellow', 'WARN  careful\nvery'],
  ])
  t.same(shown('{"a":1}', 'INFO'), [clock, '  ', 'INFO  {"a":1}'])
  t.same(shown('{"a":1}', 'FATAL'), [clock, '  ', ['red', 'FATAL {"a":1}']])
  t.same(shown('as written'), [clock, '  ', 'as written'])
  const start = `START RequestId: ${id}`
  t.same(shown(start), [clock, '  ', ['dim', start]])
})
