import t from 'tap'
import { isAtLeast, structureOf } from '../../../core/logs/line-structure.ts'

const RECORD = '2026-01-01T00:00:00.000Z\t8f4e2a6c-0000-4000-8000-000000000000'

const CASES: [title: string, text: string, structure: object][] = [
  ['a plain text', 'hello', {}],
  ['an empty text', '', {}],
  ['a record of the console', `${RECORD}\tWARN\tlow on disk`, { level: 'WARN' }],
  ['a record of several lines', `${RECORD}\tERROR\tError: x\n    at y`, { level: 'ERROR' }],
  [
    'a record before the first invocation',
    '2026-01-01T00:00:00.000Z\tundefined\tINFO\tup',
    { level: 'INFO' },
  ],
  ['what only looks like a record', 'a\tb\tHELLO\tc', {}],
  ['a JSON object', '{"level":"debug","n":1}', { level: 'DEBUG', data: { level: 'debug', n: 1 } }],
  ['a JSON object without a level', '{"n":1}', { data: { n: 1 } }],
  [
    'a JSON object with spaces around',
    ' {"severity":"WARNING"}\n',
    { level: 'WARN', data: { severity: 'WARNING' } },
  ],
  ['a JSON object in a record', `${RECORD}\tINFO\t{"n":1}`, { level: 'INFO', data: { n: 1 } }],
  [
    'the level of the object before the record’s',
    `${RECORD}\tINFO\t{"level":"ERROR"}`,
    { level: 'ERROR', data: { level: 'ERROR' } },
  ],
  ['pino’s numbers', '{"level":50}', { level: 'ERROR', data: { level: 50 } }],
  ['a number that is no level', '{"level":7}', { data: { level: 7 } }],
  ['an unknown level', '{"level":"loud"}', { data: { level: 'loud' } }],
  [
    'a level that is an object’s own word',
    '{"level":"constructor"}',
    { data: { level: 'constructor' } },
  ],
  ['broken JSON', '{"level":"error"', {}],
  ['what util.inspect prints', "{ level: 'error' }", {}],
  ['an array', '[1]', {}],
  [
    'JSON that is nested too deep',
    `{"level":"ERROR","a":${'['.repeat(8000)}${']'.repeat(8000)}}`,
    {},
  ],
  ['a time-out', 'abc-1 Task timed out after 3.00 seconds', { level: 'ERROR' }],
  [
    'an end of the process',
    'RequestId: abc Error: Runtime exited\nRuntime.ExitError',
    { level: 'ERROR' },
  ],
  [
    'the report of a failure',
    'REPORT RequestId: abc\tDuration: 1 ms\tStatus: error\tError Type: E',
    { level: 'ERROR' },
  ],
  ['the report of a success', 'REPORT RequestId: abc\tDuration: 1 ms', {}],
]

for (const [title, text, structure] of CASES) {
  t.test(`Level and data of ${title}`, async (t) => {
    t.strictSame(structureOf(text), structure)
  })
}

t.test('A line that says nothing counts as INFO', async (t) => {
  t.ok(isAtLeast(undefined, 'INFO'))
  t.notOk(isAtLeast(undefined, 'WARN'))
  t.ok(isAtLeast('FATAL', 'ERROR'))
  t.notOk(isAtLeast('TRACE', 'DEBUG'))
})
