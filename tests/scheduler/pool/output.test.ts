import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { Output } from '../../../scheduler/pool/output.ts'

function rig(t: Test) {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const lines: string[] = []
  const output = new Output({ stdout, stderr }, { line: (text) => lines.push(text) })
  t.teardown(() => output.close())
  return { stdout, stderr, lines, output }
}

t.test('bytes become lines, however they are cut', async (t) => {
  const { stdout, stderr, lines, output } = rig(t)
  stdout.write('one\ntw')
  await turn()
  stderr.write('other\n')
  await turn()
  stdout.write('o\n\nlast')
  await turn()
  output.flush()
  t.strictSame(lines, ['one', 'other', 'two', '', 'last'])
})

t.test('carriage returns within a record are its line ends; control characters stay', async (t) => {
  const { stdout, lines } = rig(t)
  stdout.write('a\rb\rc\n')
  stdout.write('windows\r\n')
  stdout.write('\u001b[31mred\u001b[0m\u0000\n')
  await turn()
  t.strictSame(lines, ['a\nb\nc', 'windows', '\u001b[31mred\u001b[0m\u0000'])
})

t.test('a line without end is cut into pieces of 256 KiB', async (t) => {
  const { stdout, lines } = rig(t)
  stdout.write(`${'x'.repeat(600 * 1024)}\n`)
  await turn()
  t.strictSame(
    lines.map(({ length }) => length),
    [256 * 1024, 256 * 1024, 88 * 1024],
  )
})

t.test(
  'more than a megabyte is dropped and marked, until the next invocation begins',
  async (t) => {
    const { stdout, lines, output } = rig(t)
    const piece = `${'x'.repeat(1023)}\n`.repeat(64)
    for (let written = 0; written < 40; written += 1) stdout.write(piece)
    await new Promise((resolve) => setTimeout(resolve, 300))
    t.ok(output.isFlooded)
    t.match(lines.at(-1), /log of this invocation was cut/)
    t.ok(lines.length < 1200)
    await output.settle()
    output.begin()
    lines.length = 0
    stdout.write('fresh\n')
    await turn()
    t.strictSame(lines, ['fresh'])
  },
)

t.test('its end is waited for, but not for ever', async (t) => {
  const { stdout, stderr, lines, output } = rig(t)
  await output.end(10)
  stdout.end()
  stderr.end('the end')
  await output.end(10_000)
  t.strictSame(lines, ['the end'])
  t.equal(output.tail, 'the end', 'by which V8 tells why it died')
})
