import t from 'tap'
import { TapReader } from './tap-reader.ts'

function read(code: number, output: string): { lines: string[]; code: number } {
  const lines: string[] = []
  const reader = new TapReader((line) => lines.push(line))
  for (const line of output.split('\n')) reader.read(line)
  return { code: reader.end(code), lines }
}

const PASSED = `TAP version 14
# Subtest: tests/a.test.ts
    # Subtest: it works
        ok 1 - expect truthy value
        1..1
    ok 1 - it works # time=2.4ms
    1..1
ok 1 - tests/a.test.ts # time=1234.5ms
# { total: 1, pass: 1 }`

const FAILED = `# Subtest: tests/a.test.ts
    # Subtest: outer
        # Subtest: inner
            not ok 1 - should be equal
              ---
              diff: |
                -1
                +2
              ...
            1..1
        not ok 1 - inner # time=1ms
          ---
          source: inner
          ...
    not ok 1 - outer # time=2ms
not ok 1 - tests/a.test.ts # time=3ms
  ---
  command: node
  ...
# Subtest: tests/b.test.ts
    ok 1 - fine
ok 2 - tests/b.test.ts # time=4ms
# { total: 4, pass: 3, fail: 1 }`

t.test('a run that passed is a line for each file and the sum', async (t) => {
  const { lines, code } = read(0, PASSED)
  t.same(lines, ['ok      tests/a.test.ts (1.2 s)', '1 passed, 0 failed'])
  t.equal(code, 0)
})

t.test('what failed is shown with its own diagnostics and the titles above it', async (t) => {
  const { lines, code } = read(1, FAILED)
  t.match(
    lines.join('\n'),
    /should be equal\n.*---\n.*diff.*\+2.*inner.*outer.*FAILED {2}tests\/a/s,
  )
  t.notMatch(lines.join('\n'), /source: inner|command: node/)
  t.equal(lines.at(-1), '3 passed, 1 failed')
  t.equal(code, 1)
})

t.test('what was skipped is named with its reason', async (t) => {
  const { lines } = read(
    0,
    '    ok 1 - compose up # SKIP no engine\n# { total: 3, pass: 2, skip: 1 }',
  )
  t.same(lines, ['skipped compose up: no engine', '2 passed, 0 failed, 1 skipped'])
})

t.test('a run without a summary, without a test, or with a bad exit is a failure', async (t) => {
  t.same(read(0, 'TAP version 14'), {
    code: 1,
    lines: ['tap ended without a summary', '0 passed, 1 failed'],
  })
  t.equal(read(0, '# { total: 0 }').code, 1)
  t.equal(read(1, '# { total: 1, pass: 1 }').code, 1)
})
