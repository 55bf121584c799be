import t from 'tap'
import type { LogLine } from '../../api/shapes.ts'
import { logText } from '../../cli/log-text.ts'
import { Screen } from '../../cli/screen.ts'

const screen = new Screen({ json: false })
const time = '2026-01-30T12:00:01.500Z'
const shown = (text: string, level?: LogLine['level']) =>
  logText(screen, { time, text, ...(level !== undefined && { level }) }, process.stdout)

t.test('a line has its time of day, its level and its message', async (t) => {
  const id = '2f9d1f0e-6d1c-4f0e-9a4e-0a9b8c7d6e5f'
  t.equal(
    shown(`2026-01-30T12:00:01.499Z\t${id}\tWARN\tcareful\nvery`),
    '12:00:01.499  WARN  careful\nvery',
  )
  t.equal(shown('{"a":1}', 'INFO'), '12:00:01.500  INFO  {"a":1}')
  t.equal(shown('as written'), '12:00:01.500  as written')
  t.equal(shown(`START RequestId: ${id}`), `12:00:01.500  START RequestId: ${id}`)
})

t.test('what would steer a terminal is shown, and does nothing', async (t) => {
  t.equal(shown('\x1b[2J\x07\ta\r'), `${String.raw`12:00:01.500  \x1b[2J\x07`}\ta`)
  t.equal(shown('a\u009bb'), String.raw`12:00:01.500  a\x9bb`)
})
